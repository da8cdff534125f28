// SPDX-License-Identifier: MIT
// Free page reporting: each free frame is reported once until it was used.
#include "mm/page_reporting.h"

#include <stdlib.h>

#include "unit/guest_panic.h"

#define BLOCK FRAMES_BLOCK
#define COUNT (4 * BLOCK + 100) // the last block is cut

static char *memory;
static struct frames frames;
static struct reports reports;

static void start(uint64_t first, uint64_t count)
{
    const size_t bytes = frame_set_bytes(COUNT);

    memory = malloc(2 * bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, 2 * bytes);
    frames_start(&frames, memory, COUNT);
    frames_give(&frames, paddr_of(first * PAGE_SIZE), count * PAGE_SIZE);
    reports_start(&reports, &frames, memory + bytes);
}

static void finish(void)
{
    free(memory);
}

static void chooses(uint64_t first, uint64_t count, struct frame_run *run)
{
    assert_true(reports_choose(&reports, run));
    assert_int_equal(run->start.value, first * PAGE_SIZE);
    assert_int_equal(run->count, count);
}

static void reports_these(uint64_t first, uint64_t count)
{
    struct frame_run run;

    chooses(first, count, &run);
    reports_finish(&reports, run, true);
}

static void reports_nothing(void)
{
    struct frame_run run;

    assert_false(reports_choose(&reports, &run));
    assert_false(frames.news); // the next query is cheap
}

static void whole_blocks_are_told_first_and_once(void **state)
{
    start(BLOCK - 20, COUNT - BLOCK + 20);
    reports_these(3 * BLOCK, BLOCK);
    reports_these(2 * BLOCK, BLOCK);
    reports_these(BLOCK, BLOCK);
    reports_these(BLOCK - 20, 20);
    reports_these(4 * BLOCK, 100);
    reports_nothing();
    assert_int_equal(frames.free, COUNT - BLOCK + 20);
    assert_int_equal(reports.reported, COUNT - BLOCK + 20);
    assert_int_equal(reports.away, 0);
    finish();
}

static void short_runs_are_not_worth_it(void **state)
{
    start(5, REPORTS_LEAST - 1);
    reports_nothing();
    frames_give(&frames, paddr_of(200 * PAGE_SIZE), REPORTS_LEAST * PAGE_SIZE);
    frames.news = true;
    reports_these(200, REPORTS_LEAST);
    reports_nothing();
    finish();
}

// Frames in a report are not available.
static void frames_on_report_are_not_free(void **state)
{
    struct frame_run run;
    paddr start_of;

    start(0, 2 * BLOCK);
    chooses(BLOCK, BLOCK, &run);
    assert_int_equal(reports.away, BLOCK);
    assert_int_equal(frames.free, BLOCK);
    assert_int_equal(frames_take_run(&frames, BLOCK + 1, &start_of),
                     ERR_NO_MEMORY);
    assert_int_equal(frame_set_next(&frames.set, BLOCK), COUNT);
    reports_finish(&reports, run, true);
    assert_int_equal(frames_take_run(&frames, BLOCK + 1, &start_of), OK);
    finish();
}

static void what_was_not_acknowledged_is_told_again(void **state)
{
    struct frame_run run;

    start(0, BLOCK);
    chooses(0, BLOCK, &run);
    reports_finish(&reports, run, false);
    reports_these(0, BLOCK);
    reports_nothing();
    finish();
}

// Only frames used in between are reported again, and whole blocks entirely.
static void what_was_used_is_told_again(void **state)
{
    paddr frame;

    start(0, COUNT);
    for (unsigned i = 0; i < 5; i++) {
        struct frame_run run;

        assert_true(reports_choose(&reports, &run));
        reports_finish(&reports, run, true);
    }
    reports_nothing();
    assert_int_equal(frames_take_run(&frames, 40, &frame), OK);
    assert_int_equal(frame.value, 0);
    frames_return(&frames, paddr_of(0), 30);
    reports_these(0, 30); // the other ten are in use
    reports_nothing();
    frames_return(&frames, paddr_of(30 * PAGE_SIZE), 10);
    reports_these(0, BLOCK); // a whole block again, only partly reported
    reports_nothing();
    finish();
}

static void end_one(void *run)
{
    reports_finish(&reports, *(struct frame_run *)run, true);
}

static void an_end_without_a_beginning_is_our_mistake(void **state)
{
    struct frame_run run = {paddr_of(0), 1};

    start(0, BLOCK);
    assert_non_null(panic_of(end_one, &run));
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_blocks_are_told_first_and_once),
        cmocka_unit_test(short_runs_are_not_worth_it),
        cmocka_unit_test(frames_on_report_are_not_free),
        cmocka_unit_test(what_was_not_acknowledged_is_told_again),
        cmocka_unit_test(what_was_used_is_told_again),
        cmocka_unit_test(an_end_without_a_beginning_is_our_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
