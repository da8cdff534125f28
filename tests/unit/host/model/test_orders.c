// SPDX-License-Identifier: MIT
// The model's orders: words, answers to the byte, errors, contents, steps.
// docs/memory.md; sums are computed by the formulas there, outside this tree.
#include "unit/host/model/rig.h"

#include "model/reclaim.h"
#include "model/state.h"

// --- Words -------------------------------------------------------------------

static void a_word_that_cannot_be_read_is_no_order(void **state)
{
    static const char *const words[] = {
        "",         "writ=1",      "write",    "write=",
        "write=x",  "write=1@",    "write=1:", "write=1x",
        "write=-1", "write=1:2@3", "walk=3",   "walk=3@1",
        "read=1:2", "load=1:2",    "unmap=1",  "pace=0",
        "pace",     "map=1Q",      "map=2T",   "huge=1K",
        "count=1",  "free=",       "help",     "fill=18446744073709551616",
    };
    struct buffer out = {0};

    start_machine(1000);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (model_order(model, words[i], &out)) {
            fail_msg("'%s' is an order", words[i]);
        }
    }
    assert_int_equal(out.length, 0);
    assert_int_equal(model_order_number(model), 0);
}

static void refused_orders_are_counted_too(void **state)
{
    start_machine(1000);
    check_order("unmap", "error what=\"order unmap: not mapped\" task=1\n");
    check_order("map=4K", "order map task=1 pages=1 tables=3\n");
    assert_int_equal(model_order_number(model), 2);
}

// --- Contents ----------------------------------------------------------------

static void a_sum_is_of_the_first_words(void **state)
{
    start_machine(1000);
    run_orders("map=400K");
    check_order("write=1", "order write task=1 pages=1 done=1 "
                           "sum=16080665419479777280\n");
    check_order("write=8@2:7", "order write task=1 pages=8 done=8 "
                               "sum=9386052551153441944\n");
    check_order("read=8@2", "order read task=1 pages=8 done=8 "
                            "sum=9386052551153441944\n");
    run_orders("task=2 map=400K");
    check_order("write=1@3:7", "order write task=2 pages=1 done=1 "
                               "sum=5384030580669604499\n");
    check_order("write=0", "order write task=2 pages=0 done=0 sum=0\n");
}

static void contents_come_back_from_slots(void **state)
{
    start_machine(1000);
    run_orders("map=400K swapon write=8@2:7");
    assert_int_equal(reclaim(model, 8, true), 8);
    check_order("swapoff", "error what=\"order swapoff: slots in use\" "
                           "slots=8\n");
    check_order("read=8@2", "order read task=1 pages=8 done=8 "
                            "sum=9386052551153441944\n");
    check_number(MODEL_MAJOR_FAULTS, 8);
    check_number(MODEL_MINOR_FAULTS, 8);
    check_number(MODEL_SWAP_IN, 8);
    check_order("swapoff", "order swapoff frames=1\n");
    check_order("swapoff", "error what=\"order swapoff: not on\"\n");
    check_number(MODEL_FREE_MEMORY, 1000 - 3 - 8);
}

static void the_file_has_the_words_of_the_tools_file(void **state)
{
    start_machine(1000);
    check_order("load=1", "order load pages=1 done=1 "
                          "sum=11400714819323198485\n");
    check_order("load=1@3", "order load pages=1 done=1 "
                            "sum=15498875268028168725\n");
    check_order("load=5@3", "order load pages=5 done=5 "
                            "sum=5070105491846170217\n");
    check_order("drop", "order drop pages=8\n");
    check_order("drop", "order drop pages=0\n");
}

static uint64_t page_number(void *context, uint64_t page)
{
    return page + *(uint64_t *)context;
}

static void a_file_can_have_other_words(void **state)
{
    uint64_t more = 100;

    set_up_machine(1000);
    machine.file_word = page_number;
    machine.file_context = &more;
    start();
    check_order("load=3@7", "order load pages=3 done=3 sum=324\n");
}

// The first numbers of splitmix64 from state 0 end in 35, 0 and 79.
static void a_walk_draws_its_places_by_splitmix64(void **state)
{
    start_machine(1000);
    run_orders("map=400K walk=3:0");
    assert_int_equal(model->anonymous.memory.count, 3);
    assert_non_null(sorted_find(&model->anonymous.memory, page_of(1, 0)));
    assert_non_null(sorted_find(&model->anonymous.memory, page_of(1, 35)));
    assert_non_null(sorted_find(&model->anonymous.memory, page_of(1, 79)));
    check_order("read=1@36", "error what=\"order read: not written\" "
                             "task=1 page=36 done=0\n");
}

// --- Errors ------------------------------------------------------------------

static void each_refusal_names_its_reason_and_numbers(void **state)
{
    static const char *const rows[][2] = {
        {"task=0", "order task: no such task\" task=0\n"},
        {"task=9", "order task: no such task\" task=9\n"},
        {"write=1", "order write: not mapped\" task=1\n"},
        {"walk=1:1", "order walk: not mapped\" task=1\n"},
        {"unmap", "order unmap: not mapped\" task=1\n"},
        {"map=257G", "order map: too large\" task=1 pages=67371008\n"},
        {"map=256G",
         "order map: no memory\" task=1 pages=67108864 tables=131329\n"},
        {"alloc=257G", "order alloc: too large\" bytes=275951648768 held=0\n"},
        {"alloc=10M", "order alloc: no memory\" bytes=10485760 held=0\n"},
        {"load=1@64",
         "order load: beyond the file\" pages=1 page=64 file=64\n"},
        {"load=65", "order load: beyond the file\" pages=65 page=0 file=64\n"},
        {"swapoff", "order swapoff: not on\"\n"},
    };
    struct buffer out = {0};

    start_machine(1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(model_order(model, rows[i][0], &out));
        assert_memory_equal(buffer_string(&out), "error what=\"", 12);
        assert_string_equal(buffer_string(&out) + 12, rows[i][1]);
        buffer_free(&out);
    }
    check_number(MODEL_FREE_MEMORY, 1000);
    check_number(MODEL_ALLOC_STALLS, 0);
}

static void each_refusal_of_a_mapped_task_names_its_numbers(void **state)
{
    start_machine(1000);
    run_orders("map=40K swapon");
    check_order("map=300G",
                "error what=\"order map: already mapped\" task=1\n");
    check_order("swapon", "error what=\"order swapon: already on\"\n");
    check_order("write=2@9", "error what=\"order write: beyond the mapping\" "
                             "task=1 pages=2 page=9 mapped=10\n");
    check_order("read=18446744073709551615@1",
                "error what=\"order read: beyond the mapping\" task=1 "
                "pages=18446744073709551615 page=1 mapped=10\n");
    check_order("write=0@10", "order write task=1 pages=0 done=0 sum=0\n");
}

static void a_machine_without_disks_refuses_them(void **state)
{
    set_up_machine(1000);
    machine.disks = 0;
    machine.swap_disk = false;
    machine.file_disk = false;
    start();
    check_order("disks", "order disks count=0 frames=0\n");
    check_order("swapon", "error what=\"order swapon: no writable disk\"\n");
    check_order("load=1", "error what=\"order load: no read-only disk\"\n");
    machine.swap_disk = true;
    machine.swap_marked = false;
    start();
    check_order("swapon", "error what=\"order swapon: no swap mark\"\n");
}

// --- Pages that are lost -----------------------------------------------------

// Slot 2 has page 1. The step ends with its touch; the frame goes in the next.
static void a_page_that_cannot_be_read_ends_its_task(void **state)
{
    struct buffer out = {0};

    set_up_machine(1000);
    fail_pages(MODEL_SWAP_READ, 2, 2);
    start();
    run_orders("map=40K swapon write=4");
    assert_int_equal(reclaim(model, 4, true), 4);
    assert_true(model_begin(model, "read=4"));
    assert_true(model_until(model, 2, &out));
    check_number(MODEL_MAJOR_FAULTS, 1);
    check_number(MODEL_MINOR_FAULTS, 4);
    check_number(MODEL_SWAP_IN, 1);
    check_number(MODEL_FREE_MEMORY, 996 - 2);
    model_finish(model, &out);
    assert_string_equal(buffer_string(&out),
                        "error what=\"order read: page lost\" "
                        "task=1 page=1 done=2\n");
    check_number(MODEL_FREE_MEMORY, 996);
    check_number(MODEL_OOM_KILLS, 0);
    assert_int_equal(model->slots.count, 999);
    assert_false(model_until(model, 2, &out));
    buffer_free(&out);
    // swapon begins anew.
    run_orders("swapoff swapon");
    assert_int_equal(model->slots.count, 1000);
}

static void a_page_of_the_file_that_cannot_be_read_is_empty_again(void **state)
{
    struct buffer out = {0};

    set_up_machine(1000);
    fail_pages(MODEL_FILE_READ, 1, 2);
    start();
    check_order("load=1", "order load pages=1 done=1 "
                          "sum=11400714819323198485\n");
    check_number(MODEL_DISK_CACHES, 6);
    assert_true(model_begin(model, "load=3"));
    assert_true(model_until(model, 2, &out));
    check_number(MODEL_DISK_CACHES, 7);
    model_finish(model, &out);
    assert_string_equal(buffer_string(&out),
                        "error what=\"order load: page lost\" "
                        "page=1 done=2\n");
    buffer_free(&out);
    check_number(MODEL_DISK_CACHES, 6);
    check_number(MODEL_MAJOR_FAULTS, 1);
}

// --- Steps -------------------------------------------------------------------

static void an_order_goes_on_in_steps_of_the_pace(void **state)
{
    struct buffer out = {0};

    start_machine(1000);
    check_order("pace=32", "order pace touches=32\n");
    run_orders("map=400K");
    assert_true(model_begin(model, "write=70"));
    assert_true(model_until(model, 32, &out));
    check_number(MODEL_MINOR_FAULTS, 32);
    assert_true(model_until(model, 64, &out));
    check_number(MODEL_MINOR_FAULTS, 64);
    assert_true(model_order_is_open(model));
    assert_int_equal(model_order_number(model), 3);
    assert_false(model_until(model, 65, &out)); // no step ends there
    assert_false(model_order_is_open(model));
    assert_int_equal(model_order_done(model), 70);
    check_number(MODEL_MINOR_FAULTS, 70);
    buffer_free(&out);
}

// The page behind the last step is EMPTY: the next step ends the order.
static void a_read_ends_at_the_first_page_that_is_empty(void **state)
{
    start_machine(1000);
    run_orders("map=400K pace=4 write=4");
    check_order("read=6", "error what=\"order read: not written\" "
                          "task=1 page=4 done=4\n");
    check_number(MODEL_MINOR_FAULTS, 4);
}

static void the_sixteen_are_one_line(void **state)
{
    start_machine(1000);
    run_orders("map=40K write=10 load=1");
    check_order("count",
                "order count swap-in=0 swap-out=0 major-faults=1 "
                "minor-faults=10 free-memory=3997696 total-memory=4096000 "
                "available-memory=3751936 disk-caches=32768 htlb-pgalloc=0 "
                "htlb-pgfail=0 oom-kills=0 alloc-stalls=0 async-scans=0 "
                "direct-scans=0 async-reclaims=0 direct-reclaims=0\n");
}

static void a_task_of_256_gigabytes_costs_what_it_touches(void **state)
{
    start_machine(140000);
    check_order("map=256G", "order map task=1 pages=67108864 tables=131329\n");
    run_orders("write=3@67108861 walk=100:1");
    assert_int_equal(model->anonymous.memory.count, 103);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end_machine)
    const struct CMUnitTest tests[] = {
        TEST(a_word_that_cannot_be_read_is_no_order),
        TEST(refused_orders_are_counted_too),
        TEST(a_sum_is_of_the_first_words),
        TEST(contents_come_back_from_slots),
        TEST(the_file_has_the_words_of_the_tools_file),
        TEST(a_file_can_have_other_words),
        TEST(a_walk_draws_its_places_by_splitmix64),
        TEST(each_refusal_names_its_reason_and_numbers),
        TEST(each_refusal_of_a_mapped_task_names_its_numbers),
        TEST(a_machine_without_disks_refuses_them),
        TEST(a_page_that_cannot_be_read_ends_its_task),
        TEST(a_page_of_the_file_that_cannot_be_read_is_empty_again),
        TEST(an_order_goes_on_in_steps_of_the_pace),
        TEST(a_read_ends_at_the_first_page_that_is_empty),
        TEST(the_sixteen_are_one_line),
        TEST(a_task_of_256_gigabytes_costs_what_it_touches),
    };

    return cmocka_run_group_tests_name("host_model_orders", tests, NULL, NULL);
}
