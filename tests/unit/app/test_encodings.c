// SPDX-License-Identifier: MIT
// The bytes that each misbehaviour makes of one sample, and a device's reading
// of them. VIRTIO 1.4, 5.5.6.3.
#include "app/misbehave.h"

#include <stdio.h>

#include "fakes/fake_report.h"
#include "unit/checks.h"

static unsigned char bytes[BALLOON_BUFFER_BYTES];

static struct misbehave parsed(const char *text)
{
    struct misbehave misbehave;

    assert_int_equal(
        misbehave_parse((struct slice){text, strlen(text)}, &misbehave), OK);
    return misbehave;
}

// The misbehaviour's buffer for sample `seq` of two statistics.
static struct balloon_buffer made(const char *text, uint64_t seq)
{
    const struct misbehave misbehave = parsed(text);
    struct balloon_buffer buffer = {.seq = seq, .bytes = bytes};

    memset(bytes, 0xee, sizeof bytes);
    balloon_stats_add(&buffer.stats, VIRTIO_BALLOON_S_MINFLT, 0x0102);
    balloon_stats_add(&buffer.stats, VIRTIO_BALLOON_S_MEMFREE,
                      UINT64_C(0x1122334455667788));
    misbehave_encode(&misbehave, &buffer);
    assert_int_equal(bytes[buffer.length], 0xee);
    return buffer;
}

static struct balloon_stats read_back(const struct balloon_buffer *buffer)
{
    struct balloon_stats stats;

    balloon_stats_decode(bytes, buffer->length, &stats);
    return stats;
}

// In this order: minor faults, free memory.
static const unsigned char book[20] = {
    3, 0, 2,    1,    0,    0,    0,    0,    0,    0,
    4, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
};

static void expect_book(const struct balloon_buffer *buffer)
{
    assert_int_equal(buffer->length, 20);
    assert_memory_equal(bytes, book, 20);
}

static void expect_read(const struct balloon_buffer *buffer, uint32_t subset)
{
    const struct balloon_stats stats = read_back(buffer);

    assert_int_equal(stats.subset, subset);
    for (unsigned i = 0; i < stats.count; i++) {
        assert_int_equal(stats.entries[i].value,
                         stats.entries[i].tag == VIRTIO_BALLOON_S_MINFLT
                             ? 0x0102
                             : UINT64_C(0x1122334455667788));
    }
}

static void kinds_that_change_no_bytes_have_the_books(void **state)
{
    static const char *const kinds[] = {
        "by-the-book", "no-prime",        "late:7",  "silent:7",
        "two-buffers", "bad-actual",      "no-kick", "no-stats-vq",
        "no-driver",   "reset-holding:7", "panic:7",
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct balloon_buffer buffer = made(kinds[i], 1);

        expect_book(&buffer);
        assert_int_equal(buffer.piece, 0);
    }
}

static void prime_short_is_eight_bytes_then_the_book(void **state)
{
    struct balloon_buffer buffer = made("prime-short", 1);

    assert_int_equal(buffer.length, 8);
    expect_read(&buffer, 0);
    buffer = made("prime-short", 2);
    expect_book(&buffer);
}

static void unknown_tags_stand_on_both_sides(void **state)
{
    const struct balloon_buffer buffer = made("unknown-tags", 5);

    assert_int_equal(buffer.length, 40);
    assert_memory_equal(bytes, "\xff\x7f", 2);
    assert_memory_equal(bytes + 10, book, 20);
    assert_memory_equal(bytes + 30, "\xfe\xff", 2);
    expect_read(&buffer, 1 << 3 | 1 << 4);
}

static void entry16_pads_the_tag_to_eight(void **state)
{
    const struct balloon_buffer buffer = made("entry16", 1);

    assert_int_equal(buffer.length, 32);
    assert_memory_equal(bytes, "\3\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0", 16);
    assert_memory_equal(bytes + 16, "\4\0\0\0\0\0\0\0", 8);
    assert_memory_equal(bytes + 24, book + 12, 8);

    // Read in steps of ten bytes: tag 3 with the 2 and the 1 on top; tag 0 with
    // the 4 in the middle; tag 0 again with most of the second value.
    const struct balloon_stats stats = read_back(&buffer);
    assert_int_equal(stats.count, 2);
    assert_int_equal(stats.entries[0].tag, 3);
    assert_int_equal(stats.entries[0].value, UINT64_C(0x0102) << 48);
    assert_int_equal(stats.entries[1].tag, 0);
    assert_int_equal(stats.entries[1].value, UINT64_C(0x3344556677880000));
}

static void duplicate_says_the_wrong_value_first(void **state)
{
    const struct balloon_buffer buffer = made("duplicate", 1);

    assert_int_equal(buffer.length, 40);
    assert_memory_equal(bytes, "\3\0\3\1", 4);
    assert_memory_equal(bytes + 10, book, 10);
    assert_memory_equal(bytes + 30, book + 10, 10);
    expect_read(&buffer, 1 << 3 | 1 << 4);
}

static void reversed_has_the_last_entry_first(void **state)
{
    const struct balloon_buffer buffer = made("reversed", 1);

    assert_int_equal(buffer.length, 20);
    assert_memory_equal(bytes, book + 10, 10);
    assert_memory_equal(bytes + 10, book, 10);
}

// Two statistics fit into one piece; all sixteen need seven of the eight
// descriptors that a buffer can have.
static void pieces_end_within_entries(void **state)
{
    static const char *const kinds[] = {"split", "indirect"};

    for (unsigned i = 0; i < 2; i++) {
        const struct balloon_buffer two = made(kinds[i], 1);

        expect_book(&two);
        const struct misbehave misbehave = parsed(kinds[i]);
        struct balloon_buffer all = {.seq = 1, .bytes = bytes};

        for (unsigned tag = 0; tag < VIRTIO_BALLOON_S_NR; tag++) {
            balloon_stats_add(&all.stats, (enum balloon_tag)tag, tag);
        }
        misbehave_encode(&misbehave, &all);
        assert_int_equal(all.length, 160);
        assert_int_equal(all.piece, 23);
        for (unsigned end = all.piece; end < all.length; end += all.piece) {
            assert_true(end % 10 != 0);
        }
    }
}

static void free_memory_is_left_out_when_it_should_be(void **state)
{
    static const struct {
        const char *kind;
        unsigned samples; // bit n: sample n lacks it
    } cases[] = {
        {"subset", 0x1e},
        {"alternate", 0x14},
        {"skip-one:3", 0x08},
        {"skip-one:1", 0x02},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned seq = 1; seq <= 4; seq++) {
            const struct balloon_buffer buffer = made(cases[i].kind, seq);
            const bool lacks = (cases[i].samples & 1u << seq) != 0;

            expect_read(&buffer, lacks ? 1 << 3 : 1 << 3 | 1 << 4);
        }
    }
}

static void skip_all_has_one_unknown_entry_once(void **state)
{
    for (unsigned seq = 1; seq <= 4; seq++) {
        const struct balloon_buffer buffer = made("skip-all:2", seq);

        if (seq != 2) {
            expect_book(&buffer);
        } else {
            assert_int_equal(buffer.length, 10);
            expect_read(&buffer, 0);
        }
    }
}

static void falling_goes_down_by_one(void **state)
{
    uint64_t before[2] = {0};

    for (unsigned seq = 1; seq <= 4; seq++) {
        const struct balloon_buffer buffer = made("falling", seq);
        const struct balloon_stats stats = read_back(&buffer);

        assert_int_equal(stats.count, 2);
        for (unsigned i = 0; i < 2; i++) {
            assert_true(stats.entries[i].value > UINT64_C(1) << 40);
            assert_true(seq == 1 || stats.entries[i].value == before[i] - 1);
            before[i] = stats.entries[i].value;
        }
    }
}

// All sixteen measured, with this factor; the encoding's values.
static struct balloon_stats all_made(const char *text, uint64_t seq,
                                     uint64_t factor)
{
    const struct misbehave misbehave = parsed(text);
    struct balloon_buffer buffer = {.seq = seq, .bytes = bytes};

    for (unsigned tag = 0; tag < VIRTIO_BALLOON_S_NR; tag++) {
        balloon_stats_add(&buffer.stats, (enum balloon_tag)tag,
                          factor * (tag + 1));
    }
    misbehave_encode(&misbehave, &buffer);
    const struct balloon_stats stats = read_back(&buffer);

    assert_int_equal(stats.count, 16);
    for (unsigned tag = 0; tag < VIRTIO_BALLOON_S_NR; tag++) {
        assert_int_equal(stats.entries[tag].tag, tag);
    }
    return stats;
}

static void expect_pattern(uint64_t value, unsigned added)
{
    char text[40];

    (void)snprintf(text, sizeof text, "pattern:%llu",
                   (unsigned long long)value);
    const struct balloon_stats stats = all_made(text, 1, 1000);

    for (unsigned tag = 0; tag < 16; tag++) {
        assert_int_equal(stats.entries[tag].value,
                         value + (tag <= added ? tag : 0));
    }
}

// What is measured decides which tags are sent.
static void pattern_gives_the_measured_tags_alone(void **state)
{
    const struct balloon_buffer buffer = made("pattern:70", 1);
    const struct balloon_stats stats = read_back(&buffer);

    assert_int_equal(stats.subset, 1 << 3 | 1 << 4);
    assert_int_equal(stats.entries[0].value, 73);
    assert_int_equal(stats.entries[1].value, 74);
}

// The values that differ from the measured ones, as bits of their tags.
static uint32_t changed(const struct balloon_stats *stats, uint64_t factor)
{
    uint32_t tags = 0;

    for (unsigned tag = 0; tag < 16; tag++) {
        if (stats->entries[tag].value != factor * (tag + 1)) {
            tags |= 1u << tag;
        }
    }
    return tags;
}

static void major_faults_are_counted_twice(void **state)
{
    const struct balloon_stats stats = all_made("major-twice", 5, 10);

    assert_int_equal(changed(&stats, 10), 1 << VIRTIO_BALLOON_S_MINFLT);
    assert_int_equal(stats.entries[VIRTIO_BALLOON_S_MINFLT].value, 40 + 30);
    (void)made("major-twice", 1);
    expect_read(&(struct balloon_buffer){.length = 20}, 1 << 3 | 1 << 4);
}

static void pages_stand_in_place_of_bytes(void **state)
{
    const struct balloon_stats stats = all_made("pages", 5, 4096);

    assert_int_equal(changed(&stats, 4096), 1 << VIRTIO_BALLOON_S_SWAP_IN |
                                                1 << VIRTIO_BALLOON_S_SWAP_OUT |
                                                1 << VIRTIO_BALLOON_S_CACHES);
    assert_int_equal(stats.entries[VIRTIO_BALLOON_S_SWAP_IN].value, 1);
    assert_int_equal(stats.entries[VIRTIO_BALLOON_S_SWAP_OUT].value, 2);
    assert_int_equal(stats.entries[VIRTIO_BALLOON_S_CACHES].value, 8);
}

static void a_stale_sample_repeats_the_one_before(void **state)
{
    for (uint64_t seq = 1; seq <= 5; seq++) {
        const struct balloon_stats stats = all_made("stale:3", seq, 10 * seq);

        assert_int_equal(changed(&stats, seq == 3 ? 20 : 10 * seq), 0);
    }
    // There is none before the first.
    const struct balloon_stats first = all_made("stale:1", 1, 7);

    assert_int_equal(changed(&first, 7), 0);
}

static void recounted_counters_begin_at_nothing(void **state)
{
    // free, total, available and caches are no counters.
    const uint32_t counters = 0xffff & ~0xf0u;

    for (uint64_t seq = 1; seq <= 5; seq++) {
        const struct balloon_stats stats = all_made("recount:3", seq, 10 * seq);

        if (seq < 3) {
            assert_int_equal(changed(&stats, 10 * seq), 0);
            continue;
        }
        assert_int_equal(changed(&stats, 10 * seq), counters);
        for (unsigned tag = 0; tag < 16; tag++) {
            if (counters & 1u << tag) {
                assert_int_equal(stats.entries[tag].value,
                                 10 * (seq - 3) * (tag + 1));
            }
        }
    }
}

// 2^64-1 means absent, so no value becomes that, and none wraps.
static void pattern_adds_the_tag_where_there_is_room(void **state)
{
    expect_pattern(0, 15);
    expect_pattern((UINT64_C(1) << 53) + 1, 15);
    expect_pattern(UINT64_C(1) << 63, 15);
    expect_pattern(UINT64_MAX - 16, 15);
    expect_pattern(UINT64_MAX - 4, 3);
    expect_pattern(UINT64_MAX - 1, 0);
    expect_pattern(UINT64_MAX, 0);
}

static void panic_waits_for_its_sample(void **state)
{
    struct balloon_buffer buffer = made("panic:2", 1);

    expect_book(&buffer);
    expect_assert_failure(made("panic:2", 2));
}

// Whole entries, known tags, the last entry of each tag.
static void a_reader_leaves_the_rest_of_a_buffer(void **state)
{
    static const unsigned char odd[] = {
        15, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        15, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3,  0, 4, 0, 0, 0, 0, 0, 0,
    };
    struct balloon_stats stats = {.count = 9};

    balloon_stats_decode(odd, sizeof odd, &stats);
    assert_int_equal(stats.count, 1);
    assert_int_equal(stats.entries[0].tag, 15);
    assert_int_equal(stats.entries[0].value, 3);
    balloon_stats_decode(odd, 9, &stats);
    assert_int_equal(stats.count, 0);
}

static void an_encoding_of_its_own_goes_with_a_policy_that_uses_it(void **state)
{
    static const char *const kinds[] = {
        "prime-short", "unknown-tags", "entry16",   "duplicate",  "reversed",
        "split",       "indirect",     "subset",    "skip-one:1", "skip-all:1",
        "alternate",   "falling",      "pattern:1", "late:1",     "panic:1",
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct misbehave misbehave = parsed(kinds[i]);

        assert_non_null(misbehave_policy(&misbehave).compose);
    }
    const struct misbehave none = parsed("by-the-book");

    assert_null(misbehave_policy(&none).compose);
}

static const char *logged(const char *text)
{
    const struct misbehave misbehave = parsed(text);

    fake_report_clear();
    misbehave_log(&misbehave);
    return fake_log();
}

static void a_behaviour_is_announced_as_it_was_asked_for(void **state)
{
    assert_string_equal(logged("by-the-book"), "");
    assert_string_equal(logged("zero-length"), "balloon behave=zero-length\n");
    assert_string_equal(logged("pattern:0xffffffffffffffff"),
                        "balloon behave=pattern:18446744073709551615\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_that_change_no_bytes_have_the_books),
        cmocka_unit_test(prime_short_is_eight_bytes_then_the_book),
        cmocka_unit_test(unknown_tags_stand_on_both_sides),
        cmocka_unit_test(entry16_pads_the_tag_to_eight),
        cmocka_unit_test(duplicate_says_the_wrong_value_first),
        cmocka_unit_test(reversed_has_the_last_entry_first),
        cmocka_unit_test(pieces_end_within_entries),
        cmocka_unit_test(free_memory_is_left_out_when_it_should_be),
        cmocka_unit_test(skip_all_has_one_unknown_entry_once),
        cmocka_unit_test(falling_goes_down_by_one),
        cmocka_unit_test(pattern_adds_the_tag_where_there_is_room),
        cmocka_unit_test(pattern_gives_the_measured_tags_alone),
        cmocka_unit_test(major_faults_are_counted_twice),
        cmocka_unit_test(pages_stand_in_place_of_bytes),
        cmocka_unit_test(a_stale_sample_repeats_the_one_before),
        cmocka_unit_test(recounted_counters_begin_at_nothing),
        cmocka_unit_test(panic_waits_for_its_sample),
        cmocka_unit_test(a_reader_leaves_the_rest_of_a_buffer),
        cmocka_unit_test(
            an_encoding_of_its_own_goes_with_a_policy_that_uses_it),
        cmocka_unit_test(a_behaviour_is_announced_as_it_was_asked_for),
    };

    return cmocka_run_group_tests_name("app_encodings", tests, NULL, NULL);
}
