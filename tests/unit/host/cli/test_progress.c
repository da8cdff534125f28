// SPDX-License-Identifier: MIT
// The line of progress, and the two files of /proc that memory is read from.
#include "cli/progress.h"

#include "balloon/resident.h"
#include "unit/checks.h"

#define MIB (INT64_C(1) << 20)
#define HUGE(SHARED, PRIVATE)                                                  \
    "Shared_Hugetlb:  " #SHARED " kB\nPrivate_Hugetlb: " #PRIVATE " kB\n"
#define SECOND INT64_C(1000000000)

static unsigned percent(int64_t before, int64_t actual, int64_t target)
{
    const struct progress progress = {before, actual, (uint64_t)target, SECOND};

    return progress_percent(&progress);
}

static void check_text(int64_t before, int64_t actual, int64_t target,
                       int64_t elapsed, const char *expected)
{
    const struct progress progress = {before, actual, (uint64_t)target,
                                      elapsed};
    char text[PROGRESS_TEXT];

    progress_text(text, sizeof text, &progress);
    assert_string_equal(text, expected);
}

static void the_share_is_of_the_way_and_not_of_the_memory(void **state)
{
    assert_int_equal(percent(128, 96, 64), 50);
    assert_int_equal(percent(64, 96, 128), 50);
    assert_int_equal(percent(128, 128, 64), 0);
    assert_int_equal(percent(128, 65, 64), 98);
}

static void a_hundred_is_the_target_and_nothing_else(void **state)
{
    assert_int_equal(percent(128, 64, 64), 100);
    assert_int_equal(percent(64, 64, 64), 100);
    assert_int_equal(percent(INT64_C(1) << 40, 1, 0), 99);
    assert_int_equal(percent(128, 32, 64), 99); // past its end
}

static void the_wrong_way_is_no_way(void **state)
{
    assert_int_equal(percent(128, 160, 64), 0);
    assert_int_equal(percent(64, 32, 128), 0);
    assert_int_equal(percent(64, 32, 64), 0);
}

static void the_largest_sizes_do_not_overflow(void **state)
{
    assert_int_equal(percent(INT64_MIN, 0, INT64_MAX), 50);
    assert_int_equal(percent(INT64_MAX, 0, 1), 99);
    check_text(INT64_MIN, INT64_MAX, INT64_MAX, 1,
               "-8.0 EiB -> 8.0 EiB: 8.0 EiB, 100 %, 16.0 EiB/s");
}

static void the_line_has_the_way_the_place_and_the_speed(void **state)
{
    check_text(128 * MIB, 96 * MIB, 64 * MIB, SECOND,
               "128.0 MiB -> 64.0 MiB: 96.0 MiB, 50 %, 32.0 MiB/s");
    check_text(64 * MIB, 96 * MIB, 128 * MIB, 2 * SECOND,
               "64.0 MiB -> 128.0 MiB: 96.0 MiB, 50 %, 16.0 MiB/s");
    check_text(128 * MIB, 128 * MIB, 64 * MIB, SECOND,
               "128.0 MiB -> 64.0 MiB: 128.0 MiB, 0 %");
    check_text(128 * MIB, 64 * MIB, 64 * MIB, 0,
               "128.0 MiB -> 64.0 MiB: 64.0 MiB, 100 %, 62.5 GiB/s");
}

static void the_kernels_words_are_read(void **state)
{
    uint64_t number = 0;

    assert_true(resident_rollup("00400000-7fff [rollup]\nRss:       39424 kB\n"
                                "Pss:  1 kB\n" HUGE(102400, 2048),
                                &number));
    assert_int_equal(number, (39424 + 102400 + 2048) * 1024);
    assert_true(resident_status("Name:\tqemu\nVmRSS:\t   39424 kB\n"
                                "HugetlbPages:\t  104448 kB\n",
                                &number));
    assert_int_equal(number, (39424 + 104448) * 1024);
    assert_true(resident_status("Name:\tqemu\nVmRSS:\t 4 kB\n", &number));
    assert_int_equal(number, 4096);
}

static void other_words_are_refused(void **state)
{
    static const char *const rollups[] = {
        "",
        "Rss: 1 kB\n" HUGE(0, 0),
        "\nRss: x kB\n" HUGE(0, 0),
        "\nRss: kB\n" HUGE(0, 0),
        "\nPss: 1 kB\n" HUGE(0, 0),
        "\nRss:",
        "\nRss: 1 MB\n" HUGE(0, 0),
        "\nRss: 9999999999999999 kB\n" HUGE(0, 0),
        "\nRss: 1 kB\n",
        "\nRss: 1 kB\nShared_Hugetlb: 0 kB\n",
    };
    static const char *const statuses[] = {"", "\nVmRSS:\t1", "\nVmRSS: x kB\n",
                                           "VmRSS: 1 kB\n"};
    uint64_t number = 7;

    for (size_t i = 0; i < sizeof rollups / sizeof rollups[0]; i++) {
        assert_false(resident_rollup(rollups[i], &number));
    }
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        assert_false(resident_status(statuses[i], &number));
    }
    assert_int_equal(number, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_is_of_the_way_and_not_of_the_memory),
        cmocka_unit_test(a_hundred_is_the_target_and_nothing_else),
        cmocka_unit_test(the_wrong_way_is_no_way),
        cmocka_unit_test(the_largest_sizes_do_not_overflow),
        cmocka_unit_test(the_line_has_the_way_the_place_and_the_speed),
        cmocka_unit_test(the_kernels_words_are_read),
        cmocka_unit_test(other_words_are_refused),
    };

    return cmocka_run_group_tests_name("host_progress", tests, NULL, NULL);
}
