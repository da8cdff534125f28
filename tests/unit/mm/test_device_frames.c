// SPDX-License-Identifier: MIT
// The frames given to a device, their order, and the order of their return.
#include "mm/device_frames.h"

#include "unit/mm/frames_test.h"

#define COUNT (6 * BLOCK + 100) // the last block is cut

static struct device_frames device;

static void start(uint64_t first, uint64_t count)
{
    device_frames_start(&device, &frames,
                        frames_test_start(COUNT, first, count));
}

// Marks this frame as used.
static void use(uint64_t frame)
{
    frames_alloc_these(&frames, frame, 1);
}

static void gives(uint64_t most, uint64_t first, uint64_t count)
{
    struct page_run run;

    assert_true(device_frames_pick(&device, most, &run));
    assert_int_equal(run.first, first);
    assert_int_equal(run.count, count);
    device_frames_done(&device, run);
}

static void takes_back(uint64_t most, uint64_t first, uint64_t count)
{
    struct page_run run;

    assert_true(device_frames_pick_back(&device, most, &run));
    assert_int_equal(run.first, first);
    assert_int_equal(run.count, count);
    device_frames_release(&device, run);
}

static void gives_nothing(void)
{
    struct page_run run;

    assert_false(device_frames_pick(&device, 1, &run));
    assert_int_equal(run.count, 0);
}

static void takes_nothing_back(void)
{
    struct page_run run;

    assert_false(device_frames_pick_back(&device, 1, &run));
}

static void whole_blocks_go_first_and_from_the_top(void **state)
{
    start(0, COUNT);
    use(3 * BLOCK + 7);
    gives(10000, 5 * BLOCK, BLOCK);
    gives(BLOCK, 4 * BLOCK, BLOCK);
    gives(BLOCK, 2 * BLOCK, BLOCK);
    gives(BLOCK, 1 * BLOCK, BLOCK);
    gives(BLOCK, 0, BLOCK);
    // The rest is scattered: the cut block, then around the used frame.
    gives(10000, 6 * BLOCK, 100);
    gives(10000, 3 * BLOCK + 8, BLOCK - 8);
    gives(10000, 3 * BLOCK, 7);
    gives_nothing();
    assert_int_equal(device.held, COUNT - 1);
    assert_int_equal(device.away, COUNT - 1);
    assert_int_equal(frames.free, 0);
    finish();
}

static void a_few_frames_break_no_block_while_there_are_others(void **state)
{
    start(0, COUNT);
    use(1 * BLOCK + 3);
    gives(60, 6 * BLOCK + 40, 60);
    gives(60, 6 * BLOCK, 40);
    gives(BLOCK - 1, 1 * BLOCK + 4, BLOCK - 4);
    gives(BLOCK - 1, 1 * BLOCK, 3);
    gives(10, 6 * BLOCK - 10, 10); // only whole blocks are left
    gives(10, 6 * BLOCK - 20, 10); // and the broken block is continued
    finish();
}

static void a_run_ends_at_its_blocks_border(void **state)
{
    start(BLOCK - 5, 10); // around a border
    gives(BLOCK, BLOCK, 5);
    gives(BLOCK, BLOCK - 5, 5);
    gives_nothing();
    finish();
}

static void frames_given_back_are_found_again(void **state)
{
    struct page_run run;

    start(0, 2 * BLOCK);
    gives(BLOCK, BLOCK, BLOCK);
    gives(BLOCK, 0, BLOCK);
    gives_nothing();
    assert_true(device_frames_pick_back(&device, BLOCK, &run));
    assert_int_equal(frames.free, 0); // until the device has acknowledged
    gives_nothing();
    device_frames_release(&device, run);
    assert_int_equal(frames.free, BLOCK);
    gives(BLOCK, 0, BLOCK);
    finish();
}

static void whole_blocks_come_back_whole(void **state)
{
    start(0, COUNT);
    use(2 * BLOCK + 1);
    for (unsigned i = 0; i < 6; i++) {
        struct page_run run;

        assert_true(device_frames_pick(&device, BLOCK, &run));
        device_frames_done(&device, run);
    }
    // Five whole blocks and the cut one.
    gives(BLOCK, 2 * BLOCK + 2, BLOCK - 2);
    takes_back(BLOCK, 0, BLOCK);
    takes_back(BLOCK + 100, 1 * BLOCK, BLOCK);
    takes_back(BLOCK, 3 * BLOCK, BLOCK);
    takes_back(BLOCK, 4 * BLOCK, BLOCK);
    takes_back(BLOCK, 5 * BLOCK, BLOCK);
    takes_back(BLOCK, 2 * BLOCK + 2, BLOCK - 2);
    takes_back(BLOCK, 6 * BLOCK, 100);
    takes_nothing_back();
    assert_int_equal(device.held, 0);
    assert_int_equal(device.away, 0);
    finish();
}

static void pieces_that_make_a_block_whole_come_back_first(void **state)
{
    start(0, 4 * BLOCK);
    use(0);
    use(BLOCK + 5);
    gives(BLOCK, 3 * BLOCK, BLOCK);
    gives(BLOCK, 2 * BLOCK, BLOCK);
    gives(100, 2 * BLOCK - 100, 100);    // next to frame BLOCK + 5, in use
    takes_back(10, 2 * BLOCK - 100, 10); // no block can become whole
    frames_free(&frames, paddr_of((BLOCK + 5) * PAGE_SIZE), 1);
    frames_free(&frames, paddr_of(0), 1);
    takes_back(4, 2 * BLOCK - 90, 4);
    takes_back(BLOCK - 1, 2 * BLOCK - 86, 86);
    assert_int_equal(frame_set_highest(&frames.set, BLOCK_WHOLE, NO_BLOCK), 1);
    takes_back(1, 2 * BLOCK, 1); // a whole block is broken last
    takes_back(1, 2 * BLOCK + 1, 1);
    finish();
}

static void frames_on_their_way_are_nobodys(void **state)
{
    struct page_run going;
    struct page_run run;

    start(0, BLOCK);
    assert_true(device_frames_pick(&device, 10, &going));
    assert_int_equal(frames.free, BLOCK - 10);
    assert_int_equal(device.away, 10);
    assert_int_equal(device.held, 0);
    assert_false(
        device_frames_pick_back(&device, 1, &run)); // not in the balloon yet
    device_frames_release(&device, going);          // and never will be
    assert_int_equal(device.away, 0);
    assert_int_equal(frames.free, BLOCK);
    finish();
}

static void done(void *run)
{
    device_frames_done(&device, *(struct page_run *)run);
}

static void release(void *run)
{
    device_frames_release(&device, *(struct page_run *)run);
}

static void a_frame_is_never_lent_twice(void **state)
{
    struct page_run run;

    start(0, BLOCK);
    assert_true(device_frames_pick(&device, 4, &run));
    device_frames_done(&device, run);
    assert_non_null(panic_of(done, &run));
    run.first = 0;
    assert_non_null(panic_of(done, &run)); // free
    finish();
}

static void no_more_come_back_than_went(void **state)
{
    struct page_run run;

    start(0, BLOCK);
    gives(4, BLOCK - 4, 4);
    assert_true(device_frames_pick_back(&device, 3, &run));
    run.count = 4;
    assert_non_null(panic_of(release, &run));
    finish();
}

enum owner {
    FREE,
    USED,
    GOING,
    HELD,
    COMING,
    NOBODY,
};

static uint64_t count_of(const enum owner *owners, enum owner wanted)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < COUNT; i++) {
        count += owners[i] == wanted;
    }
    return count;
}

// Changes the owner of the run's frames, each of which must have had `from`.
static void move_run(enum owner *owners, struct page_run run, enum owner from,
                     enum owner to)
{
    for (uint64_t i = 0; i < run.count; i++) {
        assert_int_equal(owners[run.first + i], from);
        owners[run.first + i] = to;
    }
}

static void step(enum owner *owners)
{
    const uint64_t most = (uint64_t)rand() % (2 * BLOCK) + 1;
    const bool given_up = rand() % 8 == 0;
    struct page_run run;
    paddr frame;

    switch (rand() % 3) {
    case 0:
        if (device_frames_pick(&device, most, &run)) {
            move_run(owners, run, FREE, GOING);
            if (given_up) {
                device_frames_release(&device, run);
            } else {
                device_frames_done(&device, run);
            }
            move_run(owners, run, GOING, given_up ? FREE : HELD);
        }
        break;
    case 1:
        if (device_frames_pick_back(&device, most, &run)) {
            move_run(owners, run, HELD, COMING);
            device_frames_release(&device, run);
            move_run(owners, run, COMING, FREE);
        }
        break;
    default:
        if (frames_alloc(&frames, &frame) == OK) {
            move_run(owners,
                     (struct page_run){(uint32_t)(frame.value / PAGE_SIZE), 1},
                     FREE, USED);
        }
        for (uint64_t i = 0; i < COUNT && given_up; i++) {
            if (owners[i] == USED && rand() % 2 == 0) {
                frames_free(&frames, paddr_of(i * PAGE_SIZE), 1);
                owners[i] = FREE;
            }
        }
    }
}

// Every frame has exactly one owner after any sequence of steps.
static void thousands_of_steps_lose_no_frame(void **state)
{
    static enum owner owners[COUNT];

    srand(5);
    start(3, COUNT - 3);
    for (uint64_t i = 0; i < COUNT; i++) {
        owners[i] = i < 3 ? NOBODY : FREE;
    }
    for (unsigned i = 0; i < 20000; i++) {
        step(owners);
        if (i % 100 == 0) {
            assert_int_equal(count_of(owners, FREE), frames.free);
            assert_int_equal(count_of(owners, HELD), device.held);
            assert_int_equal(device.away, device.held);
        }
    }
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_blocks_go_first_and_from_the_top),
        cmocka_unit_test(a_few_frames_break_no_block_while_there_are_others),
        cmocka_unit_test(a_run_ends_at_its_blocks_border),
        cmocka_unit_test(frames_given_back_are_found_again),
        cmocka_unit_test(whole_blocks_come_back_whole),
        cmocka_unit_test(pieces_that_make_a_block_whole_come_back_first),
        cmocka_unit_test(frames_on_their_way_are_nobodys),
        cmocka_unit_test(a_frame_is_never_lent_twice),
        cmocka_unit_test(no_more_come_back_than_went),
        cmocka_unit_test(thousands_of_steps_lose_no_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
