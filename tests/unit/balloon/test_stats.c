// SPDX-License-Identifier: MIT
// Statistics in the buffer, byte by byte, and their names.
// VIRTIO 1.4, 5.5.6.3, 5.5.6.4.
#include "drivers/balloon/stats.h"

#include <stdio.h>

#include "fakes/fake_report.h"
#include "unit/checks.h"

// BAL-STATS-05, BAL-STATS-09, BAL-STATS-10.
static void an_entry_is_ten_little_endian_bytes(void **state)
{
    static const unsigned char expected[20] = {
        0x04, 0x00, 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01,
        0x0f, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    };
    unsigned char bytes[BALLOON_STATS_BYTES_MAX];
    struct balloon_stats stats = {0};

    memset(bytes, 0x5a, sizeof(bytes));
    balloon_stats_add(&stats, VIRTIO_BALLOON_S_MEMFREE,
                      UINT64_C(0x0123456789abcdef));
    balloon_stats_add(&stats, VIRTIO_BALLOON_S_DIRECT_RECLAIM, UINT64_MAX);

    assert_int_equal(balloon_stats_encode(&stats, bytes), 20);
    assert_memory_equal(bytes, expected, 20);
    assert_int_equal(bytes[20], 0x5a); // and not a byte more
}

static void all_sixteen_fit_and_keep_their_order(void **state)
{
    unsigned char bytes[160];
    struct balloon_stats stats = {0};

    for (unsigned i = 0; i < 16; i++) {
        balloon_stats_add(&stats, (enum balloon_tag)(15 - i), 1000 + i);
    }
    assert_int_equal(balloon_stats_encode(&stats, bytes), 160);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(bytes[10 * i], 15 - i);
        assert_int_equal(bytes[10 * i + 2] + 256 * bytes[10 * i + 3], 1000 + i);
    }
    assert_int_equal(stats.subset, 0xffff);
}

// BAL-STATS-08: the basis of the check for equal sets of tags.
static void the_subset_names_tags_whatever_their_order(void **state)
{
    struct balloon_stats one = {0};
    struct balloon_stats two = {0};

    assert_int_equal(one.subset, 0);
    balloon_stats_add(&one, VIRTIO_BALLOON_S_MINFLT, 1);
    balloon_stats_add(&one, VIRTIO_BALLOON_S_AVAIL, 2);
    balloon_stats_add(&two, VIRTIO_BALLOON_S_AVAIL, 3);
    balloon_stats_add(&two, VIRTIO_BALLOON_S_MINFLT, 4);
    assert_int_equal(one.subset, 1 << 3 | 1 << 6);
    assert_int_equal(one.subset, two.subset);
}

static void a_tag_twice_or_unknown_is_our_mistake(void **state)
{
    struct balloon_stats stats = {0};

    fake_report_clear();
    balloon_stats_add(&stats, VIRTIO_BALLOON_S_MEMTOT, 1);
    expect_assert_failure(
        balloon_stats_add(&stats, VIRTIO_BALLOON_S_MEMTOT, 1));
    expect_assert_failure(balloon_stats_add(&stats, VIRTIO_BALLOON_S_NR, 1));
    expect_assert_failure((void)balloon_stat_key(VIRTIO_BALLOON_S_NR));
    assert_int_equal(stats.count, 1);
}

static void a_statistic_taken_out_may_come_again(void **state)
{
    struct balloon_stats stats = {0};

    for (unsigned i = 0; i < 16; i++) {
        balloon_stats_add(&stats, (enum balloon_tag)i, i);
    }
    balloon_stats_remove(&stats, VIRTIO_BALLOON_S_SWAP_IN);
    balloon_stats_remove(&stats, VIRTIO_BALLOON_S_DIRECT_RECLAIM);
    balloon_stats_remove(&stats, VIRTIO_BALLOON_S_DIRECT_RECLAIM);
    assert_int_equal(stats.count, 14);
    assert_int_equal(stats.subset, 0x7ffe);
    assert_int_equal(stats.entries[0].tag, 1);
    assert_int_equal(stats.entries[13].tag, 14);
    balloon_stats_add(&stats, VIRTIO_BALLOON_S_SWAP_IN, 7);
    assert_int_equal(stats.entries[14].tag, 0);
}

// Tags by number, and by the name in QEMU's documentation.
static void keys_are_qemus(void **state)
{
    static const char *const keys[16] = {
        "swap-in",      "swap-out",     "major-faults",     "minor-faults",
        "free-memory",  "total-memory", "available-memory", "disk-caches",
        "htlb-pgalloc", "htlb-pgfail",  "oom-kills",        "alloc-stalls",
        "async-scans",  "direct-scans", "async-reclaims",   "direct-reclaims",
    };

    for (unsigned i = 0; i < 16; i++) {
        const struct slice key = {keys[i], strlen(keys[i])};
        const struct slice more = {keys[i], key.length - 1};
        const struct log_key *found = balloon_stat_key((enum balloon_tag)i);
        enum balloon_tag tag = VIRTIO_BALLOON_S_NR;
        char expected[LOG_KEY_MAX + 1];

        assert_int_equal(snprintf(expected, sizeof expected, " %s=", keys[i]),
                         found->length);
        assert_memory_equal(found->text, expected, found->length);
        assert_int_equal(balloon_stat_tag(more, &tag), ERR_EMPTY);
        assert_int_equal(balloon_stat_tag(key, &tag), OK);
        assert_int_equal(tag, i);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_ten_little_endian_bytes),
        cmocka_unit_test(all_sixteen_fit_and_keep_their_order),
        cmocka_unit_test(the_subset_names_tags_whatever_their_order),
        cmocka_unit_test(a_tag_twice_or_unknown_is_our_mistake),
        cmocka_unit_test(a_statistic_taken_out_may_come_again),
        cmocka_unit_test(keys_are_qemus),
    };

    return cmocka_run_group_tests_name("balloon_stats", tests, NULL, NULL);
}
