// SPDX-License-Identifier: MIT
// The frames chosen for inflation, their order, and the order of deflation.
#include "mm/device_frames.h"

#include <stdlib.h>

#include "unit/guest_panic.h"

#define BLOCK FRAMES_BLOCK
#define COUNT (6 * BLOCK + 100) // the last block is cut

static char *memory;
static struct frames frames;
static struct loans loans;

// Frames [first, first + count) belong to the guest and are free; no others do.
static void start(uint64_t first, uint64_t count)
{
    const size_t bytes = frame_set_bytes(COUNT);

    memory = malloc(2 * bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, 2 * bytes);
    frames_start(&frames, memory, COUNT);
    frames_give(&frames, paddr_of(first * PAGE_SIZE), count * PAGE_SIZE);
    loans_start(&loans, &frames, memory + bytes);
}

static void finish(void)
{
    free(memory);
}

static uint64_t first_of(struct frame_run run)
{
    assert_int_equal(run.start.value % PAGE_SIZE, 0);
    return run.start.value / PAGE_SIZE;
}

// Marks this frame as used.
static void use(uint64_t frame)
{
    frames_take_these(&frames, frame, 1);
}

static void lends(uint64_t most, uint64_t first, uint64_t count)
{
    struct frame_run run;

    assert_true(loans_choose(&loans, most, &run));
    assert_int_equal(first_of(run), first);
    assert_int_equal(run.count, count);
    loans_confirm(&loans, run);
}

static void recalls(uint64_t most, uint64_t first, uint64_t count)
{
    struct frame_run run;

    assert_true(loans_recall(&loans, most, &run));
    assert_int_equal(first_of(run), first);
    assert_int_equal(run.count, count);
    loans_take_back(&loans, run);
}

static void lends_nothing(void)
{
    struct frame_run run;

    assert_false(loans_choose(&loans, 1, &run));
    assert_int_equal(run.count, 0);
}

static void recalls_nothing(void)
{
    struct frame_run run;

    assert_false(loans_recall(&loans, 1, &run));
}

static void whole_blocks_go_first_and_from_the_top(void **state)
{
    start(0, COUNT);
    use(3 * BLOCK + 7);
    lends(10000, 5 * BLOCK, BLOCK);
    lends(BLOCK, 4 * BLOCK, BLOCK);
    lends(BLOCK, 2 * BLOCK, BLOCK);
    lends(BLOCK, 1 * BLOCK, BLOCK);
    lends(BLOCK, 0, BLOCK);
    // The rest is scattered: the cut block, then around the used frame.
    lends(10000, 6 * BLOCK, 100);
    lends(10000, 3 * BLOCK + 8, BLOCK - 8);
    lends(10000, 3 * BLOCK, 7);
    lends_nothing();
    assert_int_equal(loans.lent, COUNT - 1);
    assert_int_equal(loans.away, COUNT - 1);
    assert_int_equal(frames.free, 0);
    finish();
}

static void a_few_frames_break_no_block_while_there_are_others(void **state)
{
    start(0, COUNT);
    use(1 * BLOCK + 3);
    lends(60, 6 * BLOCK + 40, 60);
    lends(60, 6 * BLOCK, 40);
    lends(BLOCK - 1, 1 * BLOCK + 4, BLOCK - 4);
    lends(BLOCK - 1, 1 * BLOCK, 3);
    lends(10, 6 * BLOCK - 10, 10); // only whole blocks are left
    lends(10, 6 * BLOCK - 20, 10); // and the broken block is continued
    finish();
}

static void a_run_ends_at_its_blocks_border(void **state)
{
    start(BLOCK - 5, 10); // around a border
    lends(BLOCK, BLOCK, 5);
    lends(BLOCK, BLOCK - 5, 5);
    lends_nothing();
    finish();
}

static void frames_given_back_are_found_again(void **state)
{
    struct frame_run run;

    start(0, 2 * BLOCK);
    lends(BLOCK, BLOCK, BLOCK);
    lends(BLOCK, 0, BLOCK);
    lends_nothing();
    assert_true(loans_recall(&loans, BLOCK, &run));
    assert_int_equal(frames.free, 0); // until the host was told
    lends_nothing();
    loans_take_back(&loans, run);
    assert_int_equal(frames.free, BLOCK);
    lends(BLOCK, 0, BLOCK);
    finish();
}

static void whole_blocks_come_back_whole(void **state)
{
    start(0, COUNT);
    use(2 * BLOCK + 1);
    for (unsigned i = 0; i < 6; i++) {
        struct frame_run run;

        assert_true(loans_choose(&loans, BLOCK, &run));
        loans_confirm(&loans, run);
    }
    // Five whole blocks and the cut one.
    lends(BLOCK, 2 * BLOCK + 2, BLOCK - 2);
    recalls(BLOCK, 0, BLOCK);
    recalls(BLOCK + 100, 1 * BLOCK, BLOCK);
    recalls(BLOCK, 3 * BLOCK, BLOCK);
    recalls(BLOCK, 4 * BLOCK, BLOCK);
    recalls(BLOCK, 5 * BLOCK, BLOCK);
    recalls(BLOCK, 2 * BLOCK + 2, BLOCK - 2);
    recalls(BLOCK, 6 * BLOCK, 100);
    recalls_nothing();
    assert_int_equal(loans.lent, 0);
    assert_int_equal(loans.away, 0);
    finish();
}

static void pieces_that_make_a_block_whole_come_back_first(void **state)
{
    start(0, 4 * BLOCK);
    use(0);
    use(BLOCK + 5);
    lends(BLOCK, 3 * BLOCK, BLOCK);
    lends(BLOCK, 2 * BLOCK, BLOCK);
    lends(100, 2 * BLOCK - 100, 100); // next to frame BLOCK + 5, in use
    recalls(10, 2 * BLOCK - 100, 10); // no block can become whole
    frames_return(&frames, paddr_of((BLOCK + 5) * PAGE_SIZE), 1);
    frames_return(&frames, paddr_of(0), 1);
    recalls(4, 2 * BLOCK - 90, 4);
    recalls(BLOCK - 1, 2 * BLOCK - 86, 86);
    assert_int_equal(frame_set_highest(&frames.set, BLOCK_WHOLE, NO_BLOCK), 1);
    recalls(1, 2 * BLOCK, 1); // a whole block is broken last
    recalls(1, 2 * BLOCK + 1, 1);
    finish();
}

static void frames_on_their_way_are_nobodys(void **state)
{
    struct frame_run going;
    struct frame_run run;

    start(0, BLOCK);
    assert_true(loans_choose(&loans, 10, &going));
    assert_int_equal(frames.free, BLOCK - 10);
    assert_int_equal(loans.away, 10);
    assert_int_equal(loans.lent, 0);
    assert_false(loans_recall(&loans, 1, &run)); // not in the balloon yet
    loans_take_back(&loans, going);              // and never will be
    assert_int_equal(loans.away, 0);
    assert_int_equal(frames.free, BLOCK);
    finish();
}

static void confirm(void *run)
{
    loans_confirm(&loans, *(struct frame_run *)run);
}

static void take_back(void *run)
{
    loans_take_back(&loans, *(struct frame_run *)run);
}

static void a_frame_is_never_lent_twice(void **state)
{
    struct frame_run run;

    start(0, BLOCK);
    assert_true(loans_choose(&loans, 4, &run));
    loans_confirm(&loans, run);
    assert_non_null(panic_of(confirm, &run));
    run.start = paddr_of(0);
    assert_non_null(panic_of(confirm, &run)); // free
    finish();
}

static void no_more_come_back_than_went(void **state)
{
    struct frame_run run;

    start(0, BLOCK);
    lends(4, BLOCK - 4, 4);
    assert_true(loans_recall(&loans, 3, &run));
    run.count = 4;
    assert_non_null(panic_of(take_back, &run));
    finish();
}

enum owner {
    FREE,
    USED,
    GOING,
    LENT,
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
static void move_run(enum owner *owners, struct frame_run run, enum owner from,
                     enum owner to)
{
    for (uint64_t i = 0; i < run.count; i++) {
        assert_int_equal(owners[first_of(run) + i], from);
        owners[first_of(run) + i] = to;
    }
}

static void step(enum owner *owners)
{
    const uint64_t most = (uint64_t)rand() % (2 * BLOCK) + 1;
    const bool given_up = rand() % 8 == 0;
    struct frame_run run;
    paddr frame;

    switch (rand() % 3) {
    case 0:
        if (loans_choose(&loans, most, &run)) {
            move_run(owners, run, FREE, GOING);
            if (given_up) {
                loans_take_back(&loans, run);
            } else {
                loans_confirm(&loans, run);
            }
            move_run(owners, run, GOING, given_up ? FREE : LENT);
        }
        break;
    case 1:
        if (loans_recall(&loans, most, &run)) {
            move_run(owners, run, LENT, COMING);
            loans_take_back(&loans, run);
            move_run(owners, run, COMING, FREE);
        }
        break;
    default:
        if (frames_take(&frames, &frame) == OK) {
            move_run(owners, (struct frame_run){frame, 1}, FREE, USED);
        }
        for (uint64_t i = 0; i < COUNT && given_up; i++) {
            if (owners[i] == USED && rand() % 2 == 0) {
                frames_return(&frames, paddr_of(i * PAGE_SIZE), 1);
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
            assert_int_equal(count_of(owners, LENT), loans.lent);
            assert_int_equal(loans.away, loans.lent);
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
