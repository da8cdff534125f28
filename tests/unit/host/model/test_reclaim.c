// SPDX-License-Identifier: MIT
// Reclaim and the background of the model, one call or turn at a time: which
// pages are looked at, which go. docs/memory.md; all numbers are computed by
// hand from there.
#include "unit/host/model/rig.h"

#include "model/reclaim.h"

// --- One call ----------------------------------------------------------------

// Pages 0 to 7 were touched, so all are mapped: 8 looks let them rest, the
// ninth frees page 0. Page 3 is touched again then.
static void a_page_that_is_touched_again_stays(void **state)
{
    start_machine(1000);
    run_orders("load=8");
    assert_int_equal(reclaim(model, 1, true), 1);
    check_number(MODEL_DIRECT_SCANS, 9);
    run_orders("load=1@3");
    check_number(MODEL_MINOR_FAULTS, 7 + 1);
    assert_int_equal(reclaim(model, 3, true), 3);
    check_number(MODEL_DIRECT_SCANS, 9 + 4); // 1, 2, 3, 4; 3 rests again
    check_number(MODEL_DIRECT_RECLAIMS, 4);
    check_number(MODEL_DISK_CACHES, 4);
    assert_non_null(sorted_find(&model->file.memory, 3));
}

// Page 0 is mapped, the seven behind it were read ahead: they rest.
static void a_page_read_ahead_goes_at_the_first_look(void **state)
{
    start_machine(1000);
    run_orders("load=1");
    assert_int_equal(reclaim(model, 7, false), 7);
    check_number(MODEL_ASYNC_SCANS, 8);
    check_number(MODEL_ASYNC_RECLAIMS, 7);
    check_number(MODEL_DIRECT_SCANS, 0);
}

// The limit is 16 looks; the ninth leaves no page.
static void a_ring_that_runs_empty_ends_the_looks(void **state)
{
    start_machine(1000);
    run_orders("load=1");
    assert_int_equal(reclaim(model, 32, true), 8);
    check_number(MODEL_DIRECT_SCANS, 9);
    assert_int_equal(reclaim(model, 32, true), 0);
    check_number(MODEL_DIRECT_SCANS, 9);
}

static void
anonymous_pages_are_looked_at_if_the_file_is_not_enough(void **state)
{
    start_machine(1000);
    run_orders("swapon map=40K write=10 load=1");
    assert_int_equal(reclaim(model, 8, true), 8);
    check_number(MODEL_DIRECT_SCANS, 9);
    check_number(MODEL_SWAP_OUT, 0);
    run_orders("load=1");
    // 9 looks at the file; 10 let the task's pages rest, one more writes.
    assert_int_equal(reclaim(model, 9, true), 9);
    check_number(MODEL_DIRECT_SCANS, 9 + 9 + 11);
    check_number(MODEL_SWAP_OUT, 1);
}

static void without_swap_anonymous_pages_are_not_looked_at(void **state)
{
    start_machine(1000);
    run_orders("map=40K write=10");
    assert_int_equal(reclaim(model, 32, true), 0);
    check_number(MODEL_DIRECT_SCANS, 0);
}

static void looks_end_with_the_last_slot(void **state)
{
    set_up_machine(1000);
    machine.swap_last_page = 3;
    start();
    run_orders("swapon map=40K write=10");
    assert_int_equal(reclaim(model, 8, true), 3);
    check_number(MODEL_DIRECT_SCANS, 13);
    assert_int_equal(reclaim(model, 8, true), 0);
    check_number(MODEL_DIRECT_SCANS, 13);
}

static void the_ring_has_the_order_of_tasks_then_of_pages(void **state)
{
    start_machine(1000);
    run_orders("swapon task=3 map=40K write=2@5 task=1 map=40K write=1@9");
    assert_int_equal(reclaim(model, 2, true), 2);
    check_number(MODEL_DIRECT_SCANS, 5); // 3 rest; task 1, task 3 page 5
    assert_int_equal(sorted_find(&model->out, page_of(1, 9))->place, 1);
    assert_int_equal(sorted_find(&model->out, page_of(3, 5))->place, 2);
    assert_null(sorted_find(&model->out, page_of(3, 6)));
}

static void bad_pages_are_no_slots(void **state)
{
    const uint32_t bad[] = {1, 3};

    set_up_machine(1000);
    machine.bad_pages = bad;
    machine.bad_page_count = 2;
    start();
    check_order("swapon", "order swapon slots=998 frames=1\n");
    run_orders("map=40K write=2");
    assert_int_equal(reclaim(model, 2, true), 2);
    assert_int_equal(sorted_find(&model->out, page_of(1, 0))->place, 2);
    assert_int_equal(sorted_find(&model->out, page_of(1, 1))->place, 4);
}

// --- Writes that fail --------------------------------------------------------

// 20 pages rest; 16 are queued, slot 3 fails: 15 are free. Three more meet the
// goal: 20 + 16 + 3 looks.
static void a_batch_with_a_failed_write_is_followed_by_another(void **state)
{
    set_up_machine(1000);
    fail_pages(MODEL_SWAP_WRITE, 3, 3);
    start();
    run_orders("swapon map=80K write=20");
    assert_int_equal(reclaim(model, 18, true), 18);
    check_number(MODEL_DIRECT_SCANS, 39);
    check_number(MODEL_SWAP_OUT, 18);
    assert_non_null(sorted_find(&model->anonymous.resting, page_of(1, 2)));
    assert_non_null(sorted_find(&model->anonymous.resting, page_of(1, 19)));
    // The hand is behind page 18; slots 20 and 21 are next.
    assert_int_equal(reclaim(model, 5, true), 2);
    check_number(MODEL_DIRECT_SCANS, 41);
    assert_int_equal(sorted_find(&model->out, page_of(1, 19))->place, 20);
    assert_int_equal(sorted_find(&model->out, page_of(1, 2))->place, 21);
    assert_int_equal(model->slots.count, 1000 - 21);
}

// Twice around a ring of 4 pages is 8 looks, whatever comes back into it.
static void looks_end_twice_around(void **state)
{
    set_up_machine(1000);
    fail_pages(MODEL_SWAP_WRITE, 1, 100);
    start();
    run_orders("swapon map=40K write=4");
    assert_int_equal(reclaim(model, 32, true), 0);
    check_number(MODEL_DIRECT_SCANS, 8);
    check_number(MODEL_SWAP_OUT, 0);
    assert_int_equal(model->anonymous.memory.count, 4);
    assert_int_equal(model->slots.count, 996);
}

static void the_second_write_alone_can_fail(void **state)
{
    set_up_machine(1000);
    faults[0] = (struct model_fault){MODEL_SWAP_WRITE, true, 2};
    machine.fault_count = 1;
    start();
    run_orders("swapon map=40K write=4");
    // Pages 0 to 3 are queued; page 1 fails, and 8 looks are made.
    assert_int_equal(reclaim(model, 4, true), 3);
    assert_non_null(sorted_find(&model->anonymous.memory, page_of(1, 1)));
}

// --- The background ----------------------------------------------------------

// 4 tables and the slots' frame: room is 995 - 868 = 127.
static void a_turn_makes_room_up_to_high(void **state)
{
    start_machine(1000);
    run_orders("swapon map=4000K write=868");
    check_number(MODEL_FREE_MEMORY, 192);
    check_number(MODEL_ASYNC_SCANS, 868 + 65);
    check_number(MODEL_ASYNC_RECLAIMS, 65);
    check_number(MODEL_SWAP_OUT, 65);
    check_number(MODEL_ALLOC_STALLS, 0);
}

static void no_turn_is_due_at_low(void **state)
{
    start_machine(1000);
    run_orders("swapon map=4000K write=867");
    check_number(MODEL_FREE_MEMORY, 128);
    check_number(MODEL_ASYNC_SCANS, 0);
}

// A turn comes behind each step: 32 touches never reach min.
static void a_small_pace_stalls_never(void **state)
{
    start_machine(1000);
    run_orders("pace=32 swapon map=4000K write=1000");
    check_number(MODEL_ALLOC_STALLS, 0);
    // 27 steps leave 995 - 864 = 131, step 28 leaves 99. Then 93 are freed;
    // 192 - 3 * 32 = 96, again 96 are freed; the last 8 touches leave 184.
    check_number(MODEL_SWAP_OUT, 93 + 96);
    check_number(MODEL_FREE_MEMORY, 995 - 1000 + 189);
}

// Every write fails, so a turn looks twice around and frees nothing. The next
// one waits for another room.
static void a_turn_that_freed_nothing_waits_for_another_room(void **state)
{
    set_up_machine(300);
    machine.swap_last_page = 300;
    fail_pages(MODEL_SWAP_WRITE, 1, 300);
    start();
    run_orders("swapon map=800K write=180");
    check_number(MODEL_ASYNC_SCANS, 360);
    run_orders("read=1 count frames");
    check_number(MODEL_ASYNC_SCANS, 360);
    run_orders("write=1@180");
    // The hand is at page 180. Both it and page 0 are mapped; 120 slots are
    // left for those behind.
    check_number(MODEL_ASYNC_SCANS, 360 + 122);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end_machine)
    const struct CMUnitTest tests[] = {
        TEST(a_page_that_is_touched_again_stays),
        TEST(a_page_read_ahead_goes_at_the_first_look),
        TEST(a_ring_that_runs_empty_ends_the_looks),
        TEST(anonymous_pages_are_looked_at_if_the_file_is_not_enough),
        TEST(without_swap_anonymous_pages_are_not_looked_at),
        TEST(looks_end_with_the_last_slot),
        TEST(the_ring_has_the_order_of_tasks_then_of_pages),
        TEST(bad_pages_are_no_slots),
        TEST(a_batch_with_a_failed_write_is_followed_by_another),
        TEST(looks_end_twice_around),
        TEST(the_second_write_alone_can_fail),
        TEST(a_turn_makes_room_up_to_high),
        TEST(no_turn_is_due_at_low),
        TEST(a_small_pace_stalls_never),
        TEST(a_turn_that_freed_nothing_waits_for_another_room),
    };

    return cmocka_run_group_tests_name("host_model_reclaim", tests, NULL, NULL);
}
