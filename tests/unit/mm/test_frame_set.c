// SPDX-License-Identifier: MIT
// Sets of frames and the bit ranges under them, compared with plain arrays.
#include "mm/frame_set.h"

#include <stdlib.h>

#include "mm/bits.h"
#include "unit/checks.h"

#define BLOCK FRAMES_BLOCK
#define NODE (64ull * BLOCK) // frames summarised by a node of level 0: 128 MiB
#define GIB 0x40000ull       // in frames

// The model: a byte for each frame; 1: in the set.
static char *in;
static uint64_t count;
static void *memory;
static struct frame_set set;

static void start(uint64_t frames)
{
    count = frames;
    in = calloc(count, 1);
    memory = malloc(frame_set_bytes(count));
    assert_non_null(in);
    assert_non_null(memory);
    memset(memory, 0xa5, frame_set_bytes(count)); // content of RAM at boot
    frame_set_start(&set, memory, count);
}

static void finish(void)
{
    free(in);
    free(memory);
}

// The first frame from this one on for which the model agrees; `end` if there
// is none below that.
static uint64_t next_like(uint64_t from, uint64_t end, char what)
{
    const char *found = memchr(in + from, what, end - from);

    return found ? (uint64_t)(found - in) : end;
}

static void change(uint64_t first, uint64_t frames, bool add)
{
    const uint64_t end = first + frames;
    const bool all = next_like(first, end, add) == end;

    memset(in + first, add, frames);
    assert_int_equal(add ? frame_set_add(&set, first, frames)
                         : frame_set_remove(&set, first, frames),
                     all);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool block_is(uint64_t block, enum frame_set_kind kind)
{
    const uint64_t first = block * BLOCK;
    const uint64_t end = least(first + BLOCK, count);
    const bool any = next_like(first, end, 1) < end;
    const bool whole =
        first + BLOCK <= count && next_like(first, end, 0) == end;

    return kind == BLOCK_WHOLE ? whole : any && !whole;
}

static void check_blocks(uint64_t block, enum frame_set_kind kind)
{
    const uint64_t blocks = (count + BLOCK - 1) / BLOCK;
    uint64_t lowest = block;
    uint64_t below = block;

    while (lowest < blocks && !block_is(lowest, kind)) {
        lowest++;
    }
    while (below > 0 && !block_is(below - 1, kind)) {
        below--;
    }
    assert_int_equal(frame_set_lowest(&set, kind, block),
                     lowest < blocks ? lowest : NO_BLOCK);
    assert_int_equal(frame_set_highest(&set, kind, block),
                     below > 0 ? below - 1 : NO_BLOCK);
}

static void check_block(uint64_t block)
{
    uint64_t words[BLOCK_WORDS];

    frame_set_block(&set, block, words);
    for (uint64_t i = 0; i < BLOCK; i++) {
        const uint64_t frame = block * BLOCK + i;

        assert_int_equal(words[i / 64] >> i % 64 & 1,
                         frame < count && in[frame]);
    }
}

// Every query about a frame.
static void check_at(uint64_t frame, uint64_t most)
{
    const char *under = memrchr(in, 0, frame + 1);
    const uint64_t down = frame + 1 - (under ? (uint64_t)(under + 1 - in) : 0);

    assert_int_equal(frame_set_next(&set, frame), next_like(frame, count, 1));
    assert_int_equal(frame_set_run(&set, frame, most),
                     least(next_like(frame, count, 0) - frame, most));
    assert_int_equal(frame_set_run_down(&set, frame, most), least(down, most));
    check_blocks(frame / BLOCK, BLOCK_WHOLE);
    check_blocks(frame / BLOCK, BLOCK_PART);
    check_block(frame / BLOCK);
}

// A frame at or beside a multiple of an important size.
static uint64_t some_frame(uint64_t *seed)
{
    static const uint64_t grain[] = {1, 64, BLOCK, NODE, 64 * NODE};
    const uint64_t random = next_random(seed);
    const uint64_t at = (random >> 16) % count;
    const uint64_t round = at - at % grain[random % 5] + (random >> 8) % 3;

    return least(round > 0 ? round - 1 : 0, count - 1);
}

static void random_changes(uint64_t frames, int steps, uint64_t seed)
{
    start(frames);
    for (int step = 0; step < steps; step++) {
        const uint64_t one = some_frame(&seed);
        const uint64_t other = some_frame(&seed);
        const uint64_t first = least(one, other);
        const uint64_t random = next_random(&seed);
        uint64_t length = one + other - 2 * first + 1;

        if (random % 2) {
            length = least(random / 2 % 600 + 1, count - first);
        }
        change(first, length, random >> 32 & 1);
        check_at(first, least(random >> 33 & 1 ? count : 70, count - first));
        check_at(first + length - 1, 1);
        check_at(some_frame(&seed), 700);
    }
    finish();
}

static void random_changes_agree_within_a_few_blocks(void **state)
{
    random_changes(1, 20, 1);
    random_changes(63, 2000, 2);
    random_changes(BLOCK, 2000, 3);
    random_changes(3 * BLOCK + 100, 3000, 4);
}

static void random_changes_agree_across_nodes(void **state)
{
    random_changes(NODE, 1000, 5);
    random_changes(3 * NODE + 5 * BLOCK + 1, 1000, 6);
}

// 17 GiB, more than two nodes of level 1.
static void random_changes_agree_across_many_gibibytes(void **state)
{
    random_changes(17 * GIB + 2 * BLOCK + 7, 150, 7);
}

static void nothing_is_in_at_the_start(void **state)
{
    start(17 * GIB);
    check_at(0, count);
    assert_int_equal(frame_set_next(&set, 0), count);
    assert_int_equal(frame_set_highest(&set, BLOCK_WHOLE, NO_BLOCK), NO_BLOCK);
    assert_int_equal(frame_set_highest(&set, BLOCK_PART, NO_BLOCK), NO_BLOCK);
    finish();
}

// RAM as on a PC: holes at 640 KiB and below 4 GiB.
static void a_pcs_ram_is_two_ranges(void **state)
{
    start(21 * GIB);
    change(0x100, 3 * GIB - 0x100 - 30, true);
    change(4 * GIB, 17 * GIB, true);
    check_at(0, 1);
    check_at(0x100, count - 0x100);
    check_at(3 * GIB - 30, 1);
    check_at(4 * GIB, count - 4 * GIB);
    assert_int_equal(frame_set_lowest(&set, BLOCK_PART, 1), 3 * 512 - 1);
    assert_int_equal(frame_set_highest(&set, BLOCK_WHOLE, 4 * 512),
                     3 * 512 - 2);
    finish();
}

// The cost: only the words at a range's borders are written.
static void a_range_of_any_size_writes_few_words(void **state)
{
    const uint64_t words = frame_set_bytes(16 * 1024 * GIB) / 8;
    const uint64_t tail = words - 1000; // contains the bits of the last blocks
    uint64_t *all = calloc(words, 8);
    uint64_t written = 0;

    assert_non_null(all);
    frame_set_start(&set, all, 16 * 1024 * GIB);
    frame_set_add(&set, 0x123, 16 * 1024 * GIB - 0x123 - 1);
    for (uint64_t i = 0; i < 2000; i++) {
        written += all[tail - 1000 + i] != 0;
    }
    assert_in_range(written, 1, BLOCK_WORDS);
    assert_int_equal(frame_set_run(&set, 0x123, UINT64_MAX),
                     16 * 1024 * GIB - 0x123 - 1);
    free(all);
}

static bool bit_at(const uint64_t *bits, uint64_t at)
{
    return bits[at / 64] >> (at % 64) & 1;
}

static uint64_t count_run(const uint64_t *bits, uint64_t first, uint64_t most,
                          bool value)
{
    uint64_t run = 0;

    while (run < most && bit_at(bits, first + run) == value) {
        run++;
    }
    return run;
}

// Every range in three words of ones, zeros and mixed bits.
static void ranges_of_bits_are_right_to_the_bit(void **state)
{
    static const uint64_t filled[][3] = {
        {0, 0, 0},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX},
        {UINT64_C(1) << 63, UINT64_MAX, 1},
        {0xf0f0f0f0f0f0f0f0, ~UINT64_C(1), UINT64_MAX >> 1},
    };

    for (unsigned f = 0; f < 4; f++) {
        for (uint64_t first = 0; first < 192; first += 1 + first % 3) {
            for (uint64_t bits = 0; first + bits <= 192; bits++) {
                assert_int_equal(bits_next(filled[f], first, first + bits),
                                 first +
                                     count_run(filled[f], first, bits, false));
                assert_int_equal(bits_run(filled[f], first, bits),
                                 count_run(filled[f], first, bits, true));
            }
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_in_at_the_start),
        cmocka_unit_test(random_changes_agree_within_a_few_blocks),
        cmocka_unit_test(random_changes_agree_across_nodes),
        cmocka_unit_test(random_changes_agree_across_many_gibibytes),
        cmocka_unit_test(a_pcs_ram_is_two_ranges),
        cmocka_unit_test(a_range_of_any_size_writes_few_words),
        cmocka_unit_test(ranges_of_bits_are_right_to_the_bit),
    };

    return cmocka_run_group_tests_name("mm_frame_set", tests, NULL, NULL);
}
