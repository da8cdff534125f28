// SPDX-License-Identifier: MIT
// Free page reporting: each free frame is reported once until it was used.
#include "mm/page_reporting.h"

#include "unit/mm/frames_test.h"

#define COUNT (4 * BLOCK + 100) // the last block is cut

static struct page_reporting reporting;
static uint64_t reported; // frames in acknowledged reports

static void start(uint64_t first, uint64_t count)
{
    page_reporting_start(&reporting, &frames,
                         frames_test_start(COUNT, first, count));
    reported = 0;
}

static void picks(uint64_t first, uint64_t count, struct page_run *run)
{
    assert_true(page_reporting_pick(&reporting, run));
    assert_int_equal(run->first, first);
    assert_int_equal(run->count, count);
}

static void reports_these(uint64_t first, uint64_t count)
{
    struct page_run run;

    picks(first, count, &run);
    page_reporting_done(&reporting, run, true);
    reported += run.count;
}

static void reports_nothing(void)
{
    struct page_run run;

    assert_false(page_reporting_pick(&reporting, &run));
    assert_false(frames.dirty); // the next query is cheap
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
    assert_int_equal(reported, COUNT - BLOCK + 20);
    assert_int_equal(reporting.in_flight, 0);
    finish();
}

static void short_runs_are_not_worth_it(void **state)
{
    start(5, PAGE_REPORTING_LEAST - 1);
    reports_nothing();
    frames_add(&frames, paddr_of(200 * PAGE_SIZE),
               PAGE_REPORTING_LEAST * PAGE_SIZE);
    frames.dirty = true;
    reports_these(200, PAGE_REPORTING_LEAST);
    reports_nothing();
    finish();
}

// Frames in a report are not available.
static void frames_on_report_are_not_free(void **state)
{
    struct page_run run;
    paddr start_of;

    start(0, 2 * BLOCK);
    picks(BLOCK, BLOCK, &run);
    assert_int_equal(reporting.in_flight, BLOCK);
    assert_int_equal(frames.free, BLOCK);
    assert_int_equal(frames_alloc_run(&frames, BLOCK + 1, &start_of),
                     ERR_NO_MEMORY);
    assert_int_equal(frame_set_next(&frames.set, BLOCK), COUNT);
    page_reporting_done(&reporting, run, true);
    assert_int_equal(frames_alloc_run(&frames, BLOCK + 1, &start_of), OK);
    finish();
}

static void what_was_not_acknowledged_is_told_again(void **state)
{
    struct page_run run;

    start(0, BLOCK);
    picks(0, BLOCK, &run);
    page_reporting_done(&reporting, run, false);
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
        struct page_run run;

        assert_true(page_reporting_pick(&reporting, &run));
        page_reporting_done(&reporting, run, true);
    }
    reports_nothing();
    assert_int_equal(frames_alloc_run(&frames, 40, &frame), OK);
    assert_int_equal(frame.value, 0);
    frames_free(&frames, paddr_of(0), 30);
    reports_these(0, 30); // the other ten are in use
    reports_nothing();
    frames_free(&frames, paddr_of(30 * PAGE_SIZE), 10);
    reports_these(0, BLOCK); // a whole block again, only partly reported
    reports_nothing();
    finish();
}

static void end_one(void *run)
{
    page_reporting_done(&reporting, *(struct page_run *)run, true);
}

static void an_end_without_a_beginning_is_our_mistake(void **state)
{
    struct page_run run = {0, 1};

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
