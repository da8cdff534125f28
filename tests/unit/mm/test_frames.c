// SPDX-License-Identifier: MIT
// The frame allocator: the frames it chooses, its counts, its refusals.
#include "mm/frames.h"

#include <stdlib.h>

#include "mm/device_frames.h"
#include "unit/guest_panic.h"

static void *memory;

// An allocator over `count` frames, none of which is free yet.
static struct frames start(uint64_t count)
{
    struct frames frames;

    memory = malloc(frame_set_bytes(count));
    assert_non_null(memory);
    memset(memory, 0xa5, frame_set_bytes(count)); // content of RAM at boot
    frames_start(&frames, memory, count);
    return frames;
}

static void give(struct frames *frames, uint64_t first, uint64_t count)
{
    frames_add(frames, paddr_of(first * PAGE_SIZE), count * PAGE_SIZE);
}

// The number of a run's first frame; the count of frames for none.
static uint64_t take(struct frames *frames, uint64_t count)
{
    paddr first = {0};

    if (frames_alloc_run(frames, count, &first) != OK) {
        return frames->set.count;
    }
    assert_int_equal(first.value % PAGE_SIZE, 0);
    return first.value / PAGE_SIZE;
}

static void give_back(struct frames *frames, uint64_t first, uint64_t count)
{
    frames_free(frames, paddr_of(first * PAGE_SIZE), count);
}

static void nothing_is_free_at_the_start(void **state)
{
    struct frames frames = start(1000);

    assert_int_equal(frames.free, 0);
    assert_int_equal(frames.managed, 0);
    assert_int_equal(take(&frames, 1), 1000);
    free(memory);
}

static void the_lowest_free_frame_is_taken_first(void **state)
{
    struct frames frames = start(256);

    give(&frames, 200, 10);
    give(&frames, 5, 2);
    assert_int_equal(take(&frames, 1), 5);
    assert_int_equal(take(&frames, 1), 6);
    assert_int_equal(take(&frames, 1), 200);
    give_back(&frames, 5, 1);
    assert_int_equal(take(&frames, 1), 5);
    assert_int_equal(take(&frames, 1), 201);
    free(memory);
}

static void one_frame_is_a_run_of_one(void **state)
{
    struct frames frames = start(64);
    paddr frame = {0};

    give(&frames, 63, 1);
    assert_int_equal(frames_alloc(&frames, &frame), OK);
    assert_int_equal(frame.value, 63 * PAGE_SIZE);
    assert_int_equal(frames_alloc(&frames, &frame), ERR_NO_MEMORY);
    free(memory);
}

static void a_run_goes_over_the_words_of_the_bits(void **state)
{
    struct frames frames = start(512);

    give(&frames, 60, 200);
    assert_int_equal(take(&frames, 140), 60);
    assert_int_equal(take(&frames, 60), 200);
    assert_int_equal(frames.free, 0);
    free(memory);
}

static void a_run_skips_holes_that_are_too_small(void **state)
{
    struct frames frames = start(512);

    give(&frames, 1, 3);
    give(&frames, 62, 3);
    give(&frames, 127, 5);
    assert_int_equal(take(&frames, 4), 127);
    assert_int_equal(take(&frames, 3), 1);
    assert_int_equal(take(&frames, 3), 62);
    assert_int_equal(take(&frames, 2), 512);
    assert_int_equal(take(&frames, 1), 131);
    free(memory);
}

static void a_run_that_is_refused_takes_nothing(void **state)
{
    struct frames frames = start(128);

    give(&frames, 0, 10);
    give(&frames, 20, 10);
    assert_int_equal(take(&frames, 11), 128);
    assert_int_equal(frames.free, 20);
    assert_int_equal(take(&frames, UINT64_MAX), 128);
    assert_int_equal(take(&frames, 10), 0);
    assert_int_equal(take(&frames, 10), 20);
    free(memory);
}

static void the_last_frame_may_end_in_mid_word(void **state)
{
    struct frames frames = start(70);

    give(&frames, 0, 70);
    assert_int_equal(frames.free, 70);
    assert_int_equal(take(&frames, 71), 70);
    assert_int_equal(take(&frames, 70), 0);
    assert_int_equal(take(&frames, 1), 70);
    free(memory);
}

static void frames_given_are_managed_for_ever(void **state)
{
    struct frames frames = start(300);

    give(&frames, 3, 200);
    give(&frames, 250, 50);
    assert_int_equal(frames.managed, 250);
    assert_int_equal(take(&frames, 100), 3);
    assert_int_equal(frames.managed, 250);
    assert_int_equal(frames.free, 150);
    give_back(&frames, 3, 100);
    assert_int_equal(frames.managed, 250);
    assert_int_equal(frames.free, 250);
    free(memory);
}

static void every_frame_can_be_taken_and_comes_back(void **state)
{
    struct frames frames = start(1000);

    give(&frames, 0, 1000);
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 1000; i++) {
            assert_int_equal(take(&frames, 1), i);
        }
        assert_int_equal(frames.free, 0);
        assert_int_equal(take(&frames, 1), 1000);
        for (uint64_t i = 1000; i > 0; i--) {
            give_back(&frames, i - 1, 1);
        }
        assert_int_equal(frames.free, 1000);
    }
    free(memory);
}

// The maximum size, of whose memory hardly anything is written: using the rest
// would make this test slow, or fail.
static void sixteen_tebibytes_are_given_at_once(void **state)
{
    const uint64_t count = 1ull << 32;
    struct frames frames;
    struct device_frames device = {.frames = &frames};
    struct page_run run;

    memory = malloc(frame_set_bytes(count));
    assert_non_null(memory);
    frames_start(&frames, memory, count);
    give(&frames, 3, count - 3);
    assert_int_equal(frames.free, count - 3);
    assert_int_equal(frames.managed, count - 3);
    assert_int_equal(take(&frames, 1), 3);
    assert_int_equal(take(&frames, count - 5), 4);
    assert_true(device_frames_pick(&device, 512, &run));
    assert_int_equal(run.count, 1);
    assert_int_equal(run.first, count - 1);
    assert_int_equal(frames.free, 0);
    give_back(&frames, 3, count - 3);
    assert_int_equal(take(&frames, count - 3), 3);
    free(memory);
}

static void return_frame_7(void *frames)
{
    give_back(frames, 7, 1);
}

static void return_frame_100(void *frames)
{
    give_back(frames, 100, 1);
}

static void return_frame_far_away(void *frames)
{
    frames_free(frames, paddr_of(UINT64_MAX & ~4095ull), 1);
}

static void give_frames_0_to_99(void *frames)
{
    give(frames, 0, 100);
}

static void give_one_frame_too_many(void *frames)
{
    give(frames, 0, 101);
}

static void a_frame_given_back_twice_stops_the_machine(void **state)
{
    struct frames frames = start(100);

    give(&frames, 0, 100);
    assert_non_null(panic_of(return_frame_7, &frames)); // never taken
    assert_int_equal(take(&frames, 10), 0);
    assert_null(panic_of(return_frame_7, &frames));
    assert_non_null(panic_of(return_frame_7, &frames));
    assert_int_equal(frames.free, 91);
    free(memory);
}

static void a_frame_beyond_the_bits_stops_the_machine(void **state)
{
    struct frames frames = start(100);

    assert_non_null(panic_of(return_frame_100, &frames));
    assert_non_null(panic_of(return_frame_far_away, &frames));
    assert_non_null(panic_of(give_one_frame_too_many, &frames));
    free(memory);
}

static void frames_given_twice_stop_the_machine(void **state)
{
    struct frames frames = start(100);

    give(&frames, 70, 1);
    assert_non_null(panic_of(give_frames_0_to_99, &frames));
    free(memory);
    frames = start(100);
    give(&frames, 7, 1); // in a word that is given as a whole
    assert_non_null(panic_of(give_frames_0_to_99, &frames));
    free(memory);
}

static void a_frame_that_was_never_ours_stops_the_machine(void **state)
{
    struct frames frames = start(100);

    // The bits do not distinguish it from a taken frame, but the counts do
    // while no frame is taken.
    give(&frames, 50, 50);
    assert_non_null(panic_of(return_frame_7, &frames));
    free(memory);
}

// --- Against a plain array --------------------------------------------------

enum {
    MODEL = 333,
    STEPS = 20000
};

enum {
    NOT_OURS,
    FREE,
    TAKEN
};

struct model {
    char frames[MODEL];
    uint64_t free;
};

static uint64_t model_take(struct model *model, uint64_t count)
{
    uint64_t length = 0;

    for (uint64_t i = 0; i < MODEL; i++) {
        length = model->frames[i] == FREE ? length + 1 : 0;
        if (length == count) {
            memset(model->frames + i + 1 - count, TAKEN, count);
            model->free -= count;
            return i + 1 - count;
        }
    }
    return MODEL;
}

// Returns the run of taken frames at `at`, at most `count` of them.
static uint64_t model_return(struct model *model, uint64_t at, uint64_t count)
{
    uint64_t length = 0;

    while (length < count && at + length < MODEL &&
           model->frames[at + length] == TAKEN) {
        model->frames[at + length++] = FREE;
    }
    model->free += length;
    return length;
}

static void random_use_agrees_with_a_plain_array(void **state)
{
    struct frames frames = start(MODEL);
    struct model model = {.free = 300};
    uint64_t seed = 20261122;

    give(&frames, 2, 100);
    give(&frames, 130, 200);
    memset(model.frames + 2, FREE, 100);
    memset(model.frames + 130, FREE, 200);
    for (int step = 0; step < STEPS; step++) {
        uint64_t random = next_random(&seed);
        uint64_t count = random % 8 ? random / 8 % 4 + 1 : random / 8 % 90 + 1;

        if (random >> 40 & 1) {
            assert_int_equal(take(&frames, count), model_take(&model, count));
        } else {
            uint64_t at = (random >> 42) % MODEL;

            give_back(&frames, at, model_return(&model, at, count));
        }
        assert_int_equal(frames.free, model.free);
    }
    for (uint64_t i = 0; i < MODEL; i++) {
        assert_int_equal(frame_set_run(&frames.set, i, 1),
                         model.frames[i] == FREE);
    }
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_free_at_the_start),
        cmocka_unit_test(the_lowest_free_frame_is_taken_first),
        cmocka_unit_test(one_frame_is_a_run_of_one),
        cmocka_unit_test(a_run_goes_over_the_words_of_the_bits),
        cmocka_unit_test(a_run_skips_holes_that_are_too_small),
        cmocka_unit_test(a_run_that_is_refused_takes_nothing),
        cmocka_unit_test(the_last_frame_may_end_in_mid_word),
        cmocka_unit_test(frames_given_are_managed_for_ever),
        cmocka_unit_test(every_frame_can_be_taken_and_comes_back),
        cmocka_unit_test(sixteen_tebibytes_are_given_at_once),
        cmocka_unit_test(a_frame_given_back_twice_stops_the_machine),
        cmocka_unit_test(a_frame_beyond_the_bits_stops_the_machine),
        cmocka_unit_test(frames_given_twice_stop_the_machine),
        cmocka_unit_test(a_frame_that_was_never_ours_stops_the_machine),
        cmocka_unit_test(random_use_agrees_with_a_plain_array),
    };

    return cmocka_run_group_tests_name("mm_frames", tests, NULL, NULL);
}
