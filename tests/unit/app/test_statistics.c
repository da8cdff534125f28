// SPDX-License-Identifier: MIT
// Where each of the sixteen values comes from, and its unit; what `stats=`
// leaves of them; the lines. VIRTIO 1.4, 5.5.6.4.
#include "app/statistics.h"

#include "app/work.h"
#include "app/workload.h"
#include "mm/mm.h"
#include "unit/printed.h"
#include "vm/counters.h"
#include "vm/vm.h"

static struct mm_counters mm;
static uint64_t touched;
static uint64_t under_way_order;
static uint64_t under_way_done;

void mm_count(struct mm_counters *counters)
{
    *counters = mm;
}

uint64_t vm_caches(void)
{
    return 105;
}

uint64_t vm_available(void)
{
    return 7;
}

bool work_is_under_way(uint64_t *number, uint64_t *done)
{
    *number = under_way_order;
    *done = under_way_done;
    return under_way_order > 0;
}

void workload_touch(uint64_t pages)
{
    touched += pages;
}

void fault_inject(enum fault_kind kind)
{
    assert_int_equal(kind, FAULT_NONE);
}

// Every counter has a value of its own, so that no two can be confused.
static void count_all(void)
{
    mm = (struct mm_counters){.minor_faults = 400, .free = 5, .total = 6};
    vm_counters = (struct vm_counters){
        .swap_in = 101,
        .swap_out = 102,
        .major_faults = 103,
        .minor_faults = 104,
        .htlb_pgalloc = 106,
        .htlb_pgfail = 107,
        .oom_kills = 108,
        .alloc_stalls = 109,
        .async_scans = 110,
        .direct_scans = 111,
        .async_reclaims = 112,
        .direct_reclaims = 113,
    };
}

static struct cmdline parsed(const char *words)
{
    struct cmdline cmdline;
    struct cmdline_problem problem;

    assert_int_equal(cmdline_parse(words, &cmdline, &problem), OK);
    return cmdline;
}

static struct balloon_stats collected(const struct cmdline *cmdline)
{
    const struct balloon_env env = statistics_env(cmdline);
    struct balloon_stats stats = {0};

    count_all();
    env.collect(env.ctx, &stats);
    return stats;
}

// By tag; pages become bytes.
static const uint64_t values[16] = {
    101 * 4096, 102 * 4096, 103,        504,        5,   6,
    7,          105 * 4096, 106,        107,        108, 109,
    110 * 4096, 111 * 4096, 112 * 4096, 113 * 4096,
};

static void each_tag_has_its_counter_and_its_unit(void **state)
{
    const struct cmdline cmdline = parsed("");
    const struct balloon_stats stats = collected(&cmdline);

    assert_int_equal(stats.count, 16);
    for (unsigned tag = 0; tag < 16; tag++) {
        assert_int_equal(stats.entries[tag].tag, tag);
        assert_int_equal(stats.entries[tag].value, values[tag]);
    }
}

static void a_list_leaves_the_others_out(void **state)
{
    for (unsigned tag = 0; tag < 16; tag++) {
        const struct cmdline cmdline = {.stats = 1u << tag | 1u << 15};
        const struct balloon_stats stats = collected(&cmdline);

        assert_int_equal(stats.count, tag == 15 ? 1 : 2);
        assert_int_equal(stats.entries[0].tag, tag);
        assert_int_equal(stats.entries[0].value, values[tag]);
        assert_int_equal(stats.entries[stats.count - 1].tag, 15);
    }
}

static void the_line_is_in_the_order_of_the_tags(void **state)
{
    const struct cmdline cmdline =
        parsed("stats=direct-reclaims,oom-kills,minor-faults,swap-in");
    const struct balloon_env env = statistics_env(&cmdline);
    const struct balloon_stats stats = collected(&cmdline);

    printed_begin();
    env.before_send(env.ctx, 12, &stats);
    assert_string_equal(printed, "stats seq=12 swap-in=413696 minor-faults=504 "
                                 "oom-kills=108 direct-reclaims=462848\n");
    assert_int_equal(printed_pieces, 1);
}

// Twenty digits each.
static void the_longest_line_is_not_cut(void **state)
{
    const struct cmdline cmdline = parsed("");
    const struct balloon_env env = statistics_env(&cmdline);
    struct balloon_stats stats = collected(&cmdline);

    for (unsigned i = 0; i < stats.count; i++) {
        stats.entries[i].value = UINT64_MAX;
    }
    printed_begin();
    env.before_send(env.ctx, UINT64_MAX, &stats);
    assert_true(printed_length < LOG_LINE_MAX);
    assert_non_null(strstr(printed, " direct-reclaims=18446744073709551615\n"));
}

static void lines_end_after_the_number_asked_for(void **state)
{
    const struct cmdline cmdline = parsed("lines=2");
    const struct balloon_env env = statistics_env(&cmdline);
    const struct balloon_stats stats = collected(&cmdline);

    printed_begin();
    for (uint64_t seq = 2; seq <= 4; seq++) {
        env.before_send(env.ctx, seq, &stats);
        env.after_send(env.ctx, seq);
    }
    assert_int_equal(printed_pieces, 2);
    assert_non_null(strstr(printed, "sent seq=2\n"));
}

static void a_sample_in_an_order_says_how_far_the_order_is(void **state)
{
    const struct cmdline cmdline = parsed("stats=oom-kills");
    const struct balloon_env env = statistics_env(&cmdline);
    const struct balloon_stats stats = collected(&cmdline);

    under_way_order = 7;
    under_way_done = 96;
    printed_begin();
    env.before_send(env.ctx, 12, &stats);
    under_way_order = 0;
    assert_string_equal(printed, "work seq=12 order=7 done=96\n"
                                 "stats seq=12 oom-kills=108\n");
}

// Also those that `stats=` leaves out.
static void a_count_has_all_statistics(void **state)
{
    const struct cmdline cmdline = parsed("stats=seed");

    (void)collected(&cmdline);
    printed_begin();
    statistics_log();
    assert_string_equal(
        printed,
        "order count swap-in=413696 swap-out=417792 major-faults=103 "
        "minor-faults=504 free-memory=5 total-memory=6 available-memory=7 "
        "disk-caches=430080 htlb-pgalloc=106 htlb-pgfail=107 oom-kills=108 "
        "alloc-stalls=109 async-scans=450560 direct-scans=454656 "
        "async-reclaims=458752 direct-reclaims=462848\n");
}

// The workload moves before each sample but the machine's first.
static void every_later_sample_is_touched_for(void **state)
{
    const struct cmdline cmdline = parsed("touch=3");

    (void)collected(&cmdline);
    touched = 0;
    (void)collected(&cmdline);
    (void)collected(&cmdline);
    assert_int_equal(touched, 6);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tag_has_its_counter_and_its_unit),
        cmocka_unit_test(a_list_leaves_the_others_out),
        cmocka_unit_test(the_line_is_in_the_order_of_the_tags),
        cmocka_unit_test(the_longest_line_is_not_cut),
        cmocka_unit_test(a_sample_in_an_order_says_how_far_the_order_is),
        cmocka_unit_test(a_count_has_all_statistics),
        cmocka_unit_test(lines_end_after_the_number_asked_for),
        cmocka_unit_test(every_later_sample_is_touched_for),
    };

    return cmocka_run_group_tests_name("app_statistics", tests, NULL, NULL);
}
