// SPDX-License-Identifier: MIT
// Who gets a frame: touches, stalls, kills, tables, orders that need several at
// once, the balloon, huge pages. docs/memory.md; all numbers are computed by
// hand from there.
#include "unit/host/model/rig.h"

#include "model/state.h"

// --- Touches -----------------------------------------------------------------

static void frames_are_taken_lowest_first(void **state)
{
    start_machine(1000);
    run_orders("map=40K write=2 task=2 map=40K write=1 task=1 unmap");
    // 3 tables, 2 pages, 3 tables, a page.
    check_order("frames", "order frames first=1003 count=2\n"
                          "order frames first=1009 count=991\n"
                          "order frames runs=2 free=993\n");
    assert_int_equal(model_free_runs(model, NULL, 0), 2);
}

// Room is 264 - 64 = 200 behind the load. 136 touches bring it to min, each
// stall gives 32 more: 64 + 32 looks, then 32.
static void a_touch_at_min_stalls_for_32_frames(void **state)
{
    start_machine(270);
    run_orders("map=800K load=64");
    check_number(MODEL_MAJOR_FAULTS, 8);
    check_number(MODEL_MINOR_FAULTS, 56);
    run_orders("write=200");
    check_number(MODEL_ALLOC_STALLS, 2);
    check_number(MODEL_DIRECT_SCANS, 128);
    check_number(MODEL_DIRECT_RECLAIMS, 64);
    check_number(MODEL_ASYNC_SCANS, 0);
    check_number(MODEL_DISK_CACHES, 0);
    check_number(MODEL_FREE_MEMORY, 64);
}

static void a_group_is_read_as_far_as_the_file_goes(void **state)
{
    set_up_machine(1000);
    machine.file_pages = 20;
    start();
    run_orders("load=1@18");
    check_number(MODEL_DISK_CACHES, 4);
    check_number(MODEL_MAJOR_FAULTS, 1);
    check_number(MODEL_MINOR_FAULTS, 0);
    run_orders("load=2@16");
    check_number(MODEL_MINOR_FAULTS, 2);
}

// 67 frames are left by the tables: one for the touch, two for others. All
// three go in the turn behind: the touched page at its second look.
static void a_group_is_read_as_long_as_room_is_above_min(void **state)
{
    start_machine(70);
    run_orders("load=1");
    check_number(MODEL_MAJOR_FAULTS, 1);
    check_number(MODEL_ASYNC_RECLAIMS, 3);
    check_number(MODEL_ASYNC_SCANS, 4);
    check_number(MODEL_FREE_MEMORY, 67);
}

// --- Kills -------------------------------------------------------------------

// Two tasks of 3 tables each; room is 64 when task 2 goes on.
static void start_two_tasks(const char *first, const char *second)
{
    char script[128];

    start_machine(270);
    snprintf(script, sizeof script,
             "task=2 map=800K task=1 map=800K %s task=2 %s", first, second);
    run_orders(script);
    check_number(MODEL_FREE_MEMORY, 64);
}

static void the_largest_task_is_killed(void **state)
{
    start_two_tasks("write=101", "write=99");
    run_orders("write=2@99");
    check_number(MODEL_OOM_KILLS, 1);
    check_number(MODEL_ALLOC_STALLS, 1);
    check_number(MODEL_FREE_MEMORY, 64 + 101 - 2);
    check_order("unmap", "order unmap task=2 pages=200\n");
    run_orders("task=1");
    check_order("read=1", "error what=\"order read: not mapped\" task=1\n");
    check_order("map=800K", "order map task=1 pages=200 tables=0\n");
}

static void of_equal_tasks_that_with_the_highest_number_is_killed(void **state)
{
    start_two_tasks("write=100", "write=100");
    run_orders("task=1 write=1@100");
    check_number(MODEL_OOM_KILLS, 1);
    check_number(MODEL_FREE_MEMORY, 64 + 100 - 1);
    check_order("write=1", "order write task=1 pages=1 done=1 "
                           "sum=16080665419479777280\n");
}

static void the_running_task_keeps_a_frame_until_the_next_step(void **state)
{
    struct buffer out = {0};

    start_two_tasks("write=100", "write=100");
    check_number(MODEL_MINOR_FAULTS, 200);
    assert_true(model_begin(model, "write=50@100"));
    assert_true(model_until(model, 1, &out));
    assert_string_equal(buffer_string(&out), "");
    check_number(MODEL_OOM_KILLS, 1);
    check_number(MODEL_MINOR_FAULTS, 201);
    check_number(MODEL_FREE_MEMORY, 64 + 100 - 1);
    model_finish(model, &out);
    assert_string_equal(buffer_string(&out),
                        "order write task=2 pages=50 done=1 killed=oom\n");
    check_number(MODEL_FREE_MEMORY, 64 + 100);
    buffer_free(&out);
    check_order("unmap", "error what=\"order unmap: not mapped\" task=2\n");
}

// Task 1 has 77 pages in memory and 60 in slots, task 2 has 123 in memory.
static void a_task_in_slots_is_killed(void **state)
{
    set_up_machine(271);
    machine.swap_last_page = 60;
    start();
    // 264 frames behind tables and slots; 127 are below low, so a turn comes.
    run_orders("swapon map=800K task=2 map=800K task=1 write=137");
    check_number(MODEL_SWAP_OUT, 60);
    check_number(MODEL_FREE_MEMORY, 187);
    run_orders("task=2 write=123 write=1@123");
    check_number(MODEL_OOM_KILLS, 1);
    check_number(MODEL_FREE_MEMORY, 64 + 77 - 1);
    assert_int_equal(model->slots.count, 60);
}

// The turn behind the step takes the page; the order still ends with an error.
static void a_load_that_nobody_makes_room_for_ends(void **state)
{
    start_machine(67);
    check_order("load=2", "error what=\"order load: no memory\" "
                          "page=0 done=1\n");
    check_number(MODEL_MAJOR_FAULTS, 1);
    check_number(MODEL_ALLOC_STALLS, 1);
    check_number(MODEL_OOM_KILLS, 0);
    check_number(MODEL_ASYNC_SCANS, 2);
    check_number(MODEL_ASYNC_RECLAIMS, 1);
    check_number(MODEL_FREE_MEMORY, 64);
}

static void
a_task_that_touches_its_first_page_is_killed_if_no_task_has_any(void **state)
{
    start_machine(67);
    run_orders("map=40K");
    check_order("write=2", "order write task=1 pages=2 done=1 killed=oom\n");
    check_number(MODEL_OOM_KILLS, 1);
    check_number(MODEL_FREE_MEMORY, 64);
}

// --- Tables ------------------------------------------------------------------

static void a_mapping_takes_tables_once(void **state)
{
    start_machine(2000);
    check_order("map=4K", "order map task=1 pages=1 tables=3\n");
    run_orders("unmap");
    check_order("map=2M", "order map task=1 pages=512 tables=0\n");
    run_orders("unmap");
    check_order("map=2049K", "order map task=1 pages=513 tables=1\n");
    run_orders("unmap");
    // 513 + 2 + 1
    check_order("map=1048577K", "order map task=1 pages=262145 tables=512\n");
    check_number(MODEL_FREE_MEMORY, 2000 - 516);
}

static void the_files_tables_grow_with_the_highest_group(void **state)
{
    set_up_machine(2000);
    machine.file_pages = 515;
    start();
    run_orders("load=1@3 drop");
    check_number(MODEL_FREE_MEMORY, 1997);
    run_orders("load=1@511 drop load=0@515");
    check_number(MODEL_FREE_MEMORY, 1997);
    run_orders("load=1@512 drop");
    check_number(MODEL_FREE_MEMORY, 1996);
}

// --- Memory for an order -----------------------------------------------------

// 3 tables and 16 pages of the file leave 200. 149 pages need 3 tables and 64
// frames of room: 16 are missing.
static void alloc_gets_available_memory_and_no_page_more(void **state)
{
    start_machine(219);
    run_orders("load=16");
    check_number(MODEL_AVAILABLE_MEMORY, 149);
    check_order("alloc=596K", "order alloc bytes=610304 held=610304\n");
    check_number(MODEL_ALLOC_STALLS, 1);
    check_number(MODEL_DIRECT_SCANS, 32);
    check_number(MODEL_DIRECT_RECLAIMS, 16);
    check_number(MODEL_AVAILABLE_MEMORY, 0);
    assert_int_equal(model_room(model), 64);
    check_order("alloc=1", "error what=\"order alloc: no memory\" "
                           "bytes=1 held=610304\n");
    check_number(MODEL_ALLOC_STALLS, 1);
}

static void
one_page_more_than_available_is_refused_without_a_stall(void **state)
{
    start_machine(219);
    run_orders("load=16");
    check_order("alloc=600K", "error what=\"order alloc: no memory\" "
                              "bytes=614400 held=0\n");
    check_number(MODEL_ALLOC_STALLS, 0);
    check_number(MODEL_DISK_CACHES, 16);
}

// 995 - 600 = 395 of room; 395 - 192 = 203, less 3 tables.
static void with_swap_available_memory_causes_no_swap_out(void **state)
{
    start_machine(1000);
    run_orders("swapon map=4000K write=600");
    check_number(MODEL_AVAILABLE_MEMORY, 200);
    run_orders("alloc=800K fill=1");
    check_number(MODEL_SWAP_OUT, 0);
    check_number(MODEL_AVAILABLE_MEMORY, 0);
    check_number(MODEL_FREE_MEMORY, 192);
    check_number(MODEL_MINOR_FAULTS, 800);
}

// 1024 pages need 2 + 1 + 1 tables, a page more 3 + 1 + 1.
static void available_memory_leaves_frames_for_tables(void **state)
{
    start_machine(64 + 1024 + 4);
    check_number(MODEL_AVAILABLE_MEMORY, 1024);
    start_machine(64 + 1024 + 5);
    check_number(MODEL_AVAILABLE_MEMORY, 1024);
    start_machine(64 + 1024 + 6);
    check_number(MODEL_AVAILABLE_MEMORY, 1025);
    start_machine(64);
    check_number(MODEL_AVAILABLE_MEMORY, 0);
}

static void an_order_that_needs_no_frame_fits_below_min(void **state)
{
    start_machine(67);
    run_orders("map=40K write=2"); // killed: the tables stay
    run_orders("alloc=0");
    check_order("map=40K", "order map task=1 pages=10 tables=0\n");
    run_orders("task=2");
    check_order("map=40K", "error what=\"order map: no memory\" "
                           "task=2 pages=10 tables=3\n");
}

static void
an_order_that_needs_no_frame_leaves_none_to_the_balloon(void **state)
{
    start_machine(1000);
    run_orders("map=4K unmap");
    assert_int_equal(model_balloon(model, 990), 869);
    check_order("map=4K", "order map task=1 pages=1 tables=0\n");
    run_orders("task=2");
    check_order("map=4K", "error what=\"order map: no memory\" "
                          "task=2 pages=1 tables=3\n");
}

static void a_promised_frame_is_free_but_no_room(void **state)
{
    start_machine(1000);
    run_orders("alloc=40K");
    check_number(MODEL_FREE_MEMORY, 997);
    assert_int_equal(model_room(model), 987);
    run_orders("fill=7");
    check_number(MODEL_FREE_MEMORY, 987);
    assert_int_equal(model_room(model), 987);
    check_number(MODEL_MINOR_FAULTS, 10);
    run_orders("fill=8");
    check_number(MODEL_MINOR_FAULTS, 10);
    run_orders("alloc=8K free=12K"); // two promises and a page
    check_number(MODEL_FREE_MEMORY, 988);
    assert_int_equal(model_room(model), 988);
    check_order("verify", "order verify seed=8 pages=9 wrong=0 "
                          "first_wrong=0\n");
}

// --- The balloon -------------------------------------------------------------

// 395 of room: 267 at once. Then a turn for each 64: 600 + 64 looks, 64, 64,
// 64; 41 more are wanted behind the last one.
static void inflation_goes_on_with_what_the_background_frees(void **state)
{
    start_machine(1000);
    run_orders("swapon map=4000K write=600");
    assert_int_equal(model_balloon(model, 500), 500);
    check_number(MODEL_TOTAL_MEMORY, 500);
    check_number(MODEL_FREE_MEMORY, 151);
    check_number(MODEL_ASYNC_SCANS, 856);
    check_number(MODEL_ASYNC_RECLAIMS, 256);
    check_number(MODEL_OOM_KILLS, 0);
}

static void inflation_ends_at_low_if_a_turn_frees_nothing(void **state)
{
    start_machine(1000);
    run_orders("map=4000K write=600");
    assert_int_equal(model_balloon(model, 500), 996 - 600 - 128);
    check_number(MODEL_FREE_MEMORY, 128);
    assert_int_equal(model_balloon(model, 0), 0);
    check_number(MODEL_TOTAL_MEMORY, 1000);
}

// 31 pages need 3 tables; the target wants 100 more.
static void alloc_leaves_what_the_target_wants(void **state)
{
    start_machine(1228);
    assert_int_equal(model_balloon(model, 1200), 1100);
    check_order("alloc=124K", "error what=\"order alloc: no memory\" "
                              "bytes=126976 held=0\n");
    assert_int_equal(model_balloon(model, 1100), 1100);
    run_orders("alloc=124K");
    // 64 + 61 + 3 is all room.
    start_machine(128);
    run_orders("alloc=244K");
    assert_int_equal(model_room(model), 64);
}

// 300 of room, 100 in the balloon. 136 touches, then 32 for each stall; with
// the balloon empty the task is the only one to kill.
static void
a_touch_takes_pages_of_the_balloon_before_a_task_is_killed(void **state)
{
    set_up_machine(303);
    machine.deflate_on_oom = true;
    start();
    run_orders("map=1200K");
    assert_int_equal(model_balloon(model, 100), 100);
    check_number(MODEL_TOTAL_MEMORY, 303);
    run_orders("write=200");
    check_number(MODEL_ALLOC_STALLS, 2);
    assert_int_equal(model_ballooned(model), 36);
    check_order("write=40@200",
                "order write task=1 pages=40 done=37 killed=oom\n");
    check_number(MODEL_ALLOC_STALLS, 5);
    check_number(MODEL_OOM_KILLS, 1);
    // It wants no page back before its target changes.
    assert_int_equal(model_balloon(model, 100), 0);
    assert_int_equal(model_balloon(model, 99), 99);
}

// 153 frames for 150 pages, 64 stay: 217 of 200.
static void alloc_takes_exactly_what_is_missing_from_the_balloon(void **state)
{
    set_up_machine(300);
    machine.deflate_on_oom = true;
    start();
    assert_int_equal(model_balloon(model, 100), 100);
    run_orders("alloc=600K");
    assert_int_equal(model_ballooned(model), 83);
    check_number(MODEL_ALLOC_STALLS, 0);
    check_order("alloc=336K", "error what=\"order alloc: no memory\" "
                              "bytes=344064 held=614400\n");
    assert_int_equal(model_ballooned(model), 83);
}

// Blocks 1024, 1536, 2048, 2560 are wholly free.
static void whole_blocks_leave_the_frames_known(void **state)
{
    start_machine(2100);
    assert_int_equal(model_balloon(model, 1024), 1024);
    assert_true(model_frames_known(model));
    check_order("frames", "order frames first=1000 count=1048\n"
                          "order frames first=3072 count=28\n"
                          "order frames runs=2 free=1076\n");
    assert_int_equal(model_balloon(model, 512), 512);
    assert_true(model_frames_known(model));
    check_order("frames", "order frames first=1000 count=1560\n"
                          "order frames first=3072 count=28\n"
                          "order frames runs=2 free=1588\n");
    assert_int_equal(model_balloon(model, 541), 541);
    assert_false(model_frames_known(model));
    // 28 frames of the highest part, one of the part below 1024.
    check_order("frames", "order frames first=1000 count=23\n"
                          "order frames first=1024 count=1536\n"
                          "order frames runs=2 free=1559\n");
    // Frames of the lowest partly ballooned block, then of the one behind.
    assert_int_equal(model_balloon(model, 530), 530);
    check_order("frames", "order frames first=1000 count=1560\n"
                          "order frames first=3072 count=10\n"
                          "order frames runs=2 free=1570\n");
}

// --- Huge pages --------------------------------------------------------------

// Blocks 1024, 1536 and 2048 are wholly free. A pool has 2 tables.
static void the_pool_takes_the_highest_blocks_and_its_tables(void **state)
{
    start_machine(1600);
    check_order("huge=0", "order huge pool=0 alloc=0 fail=0\n");
    check_order("huge=2", "order huge pool=2 alloc=2 fail=0\n");
    check_number(MODEL_FREE_MEMORY, 574);
    check_order("huge=4", "order huge pool=2 alloc=0 fail=1\n");
    check_number(MODEL_HTLB_PGALLOC, 2);
    check_number(MODEL_HTLB_PGFAIL, 1);
    check_order("huge=1", "order huge pool=1 alloc=0 fail=0\n");
    check_order("frames", "order frames first=1002 count=1046\n"
                          "order frames first=2560 count=40\n"
                          "order frames runs=2 free=1086\n");
    check_order("huge=0", "order huge pool=0 alloc=0 fail=0\n");
    check_number(MODEL_FREE_MEMORY, 1598);
    check_number(MODEL_HTLB_PGALLOC, 2);
}

static void a_block_needs_room_for_its_tables_too(void **state)
{
    start_machine(577);
    check_order("huge=1", "order huge pool=0 alloc=0 fail=1\n");
    start_machine(578);
    check_order("huge=1", "order huge pool=1 alloc=1 fail=0\n");
    check_number(MODEL_FREE_MEMORY, 64);
}

// Every block has a page in use.
static void the_pool_fails_with_half_of_ram_free(void **state)
{
    struct model_run runs[] = {{1024, 500}, {1536, 511}, {2049, 511}};

    set_up_machine(3 * 512);
    machine.free_runs = runs;
    machine.free_run_count = 3;
    start();
    check_order("huge=1", "order huge pool=0 alloc=0 fail=1\n");
}

static void the_pool_grows_a_block_a_step(void **state)
{
    struct buffer out = {0};

    start_machine(1600);
    assert_true(model_begin(model, "huge=2"));
    assert_true(model_until(model, 1, &out));
    check_number(MODEL_HTLB_PGALLOC, 1);
    model_finish(model, &out);
    assert_string_equal(buffer_string(&out),
                        "order huge pool=2 alloc=2 fail=0\n");
    buffer_free(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end_machine)
    const struct CMUnitTest tests[] = {
        TEST(frames_are_taken_lowest_first),
        TEST(a_touch_at_min_stalls_for_32_frames),
        TEST(a_group_is_read_as_far_as_the_file_goes),
        TEST(a_group_is_read_as_long_as_room_is_above_min),
        TEST(the_largest_task_is_killed),
        TEST(of_equal_tasks_that_with_the_highest_number_is_killed),
        TEST(the_running_task_keeps_a_frame_until_the_next_step),
        TEST(a_task_in_slots_is_killed),
        TEST(a_load_that_nobody_makes_room_for_ends),
        TEST(a_task_that_touches_its_first_page_is_killed_if_no_task_has_any),
        TEST(a_mapping_takes_tables_once),
        TEST(the_files_tables_grow_with_the_highest_group),
        TEST(alloc_gets_available_memory_and_no_page_more),
        TEST(one_page_more_than_available_is_refused_without_a_stall),
        TEST(with_swap_available_memory_causes_no_swap_out),
        TEST(available_memory_leaves_frames_for_tables),
        TEST(an_order_that_needs_no_frame_fits_below_min),
        TEST(an_order_that_needs_no_frame_leaves_none_to_the_balloon),
        TEST(a_promised_frame_is_free_but_no_room),
        TEST(inflation_goes_on_with_what_the_background_frees),
        TEST(inflation_ends_at_low_if_a_turn_frees_nothing),
        TEST(alloc_leaves_what_the_target_wants),
        TEST(a_touch_takes_pages_of_the_balloon_before_a_task_is_killed),
        TEST(alloc_takes_exactly_what_is_missing_from_the_balloon),
        TEST(whole_blocks_leave_the_frames_known),
        TEST(the_pool_takes_the_highest_blocks_and_its_tables),
        TEST(a_block_needs_room_for_its_tables_too),
        TEST(the_pool_fails_with_half_of_ram_free),
        TEST(the_pool_grows_a_block_a_step),
    };

    return cmocka_run_group_tests_name("host_model_frames", tests, NULL, NULL);
}
