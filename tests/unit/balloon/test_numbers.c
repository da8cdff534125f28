// SPDX-License-Identifier: MIT
// The numbers of a balloon's queues, for every offer and every set of existing
// queues, and the driver's log line about them. VIRTIO 1.4, 5.5.2.
#include "drivers/balloon/internal.h"

#include <limits.h>

#include "fakes/balloon_rig.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

#define NONE BALLOON_NO_QUEUE
#define STATS_VQ (UINT64_C(1) << 1)
#define HINT (UINT64_C(1) << 3)
#define REPORTING (UINT64_C(1) << 5)

static void expect(uint64_t offered, uint32_t existing, uint16_t stats,
                   uint16_t hint, uint16_t reporting)
{
    const struct balloon_numbers numbers =
        balloon_queue_numbers(offered, existing);

    assert_int_equal(numbers.inflate, 0);
    assert_int_equal(numbers.deflate, 1);
    assert_int_equal(numbers.stats, stats);
    assert_int_equal(numbers.hint, hint);
    assert_int_equal(numbers.reporting, reporting);
}

static void the_first_two_always_have_theirs(void **state)
{
    expect(0, 0x03, NONE, NONE, NONE);
    expect(0, 0x1f, NONE, NONE, NONE); // queues that no feature uses
    assert_int_equal(balloon_queue_numbers(0, 0x02).inflate, NONE);
    assert_int_equal(balloon_queue_numbers(0, 0x01).deflate, NONE);
}

static void statistics_are_number_2(void **state)
{
    expect(STATS_VQ, 0x07, 2, NONE, NONE);
    expect(STATS_VQ, 0x03, NONE, NONE, NONE);
}

static void hints_are_number_3(void **state)
{
    expect(STATS_VQ | HINT, 0x0f, 2, 3, NONE);
    expect(HINT, 0x0b, NONE, 3, NONE);
    expect(HINT, 0x07, NONE, NONE, NONE);
}

static void reporting_is_number_4_by_the_book(void **state)
{
    expect(STATS_VQ | HINT | REPORTING, 0x1f, 2, 3, 4);
    expect(STATS_VQ | REPORTING, 0x17, 2, NONE, 4);
    expect(STATS_VQ | REPORTING, 0x1f, 2, NONE, 4);
}

// QEMU without free-page-hint: the offer decides, not the negotiated set.
static void reporting_is_number_3_where_no_hints_are_offered(void **state)
{
    expect(STATS_VQ | REPORTING, 0x0f, 2, NONE, 3);
    expect(REPORTING, 0x0b, NONE, NONE, 3);
}

// Number 3 then belongs to hints, so the reporting queue does not exist.
static void reporting_is_not_taken_for_hints(void **state)
{
    expect(HINT | REPORTING, 0x0f, NONE, 3, NONE);
    expect(HINT | REPORTING, 0x07, NONE, NONE, NONE);
    expect(REPORTING, 0x07, NONE, NONE, NONE);
}

static void start(struct rig *rig, uint64_t also, uint32_t max3, uint32_t max4)
{
    rig->fake.offered |= also;
    rig->fake.queue_max[3] = max3;
    rig->fake.queue_max[4] = max4;
    assert_int_equal(rig_start(rig), OK);
}

static void expect_line(const char *line)
{
    assert_int_equal(fake_log_count("balloon queues "), 1);
    assert_int_equal(fake_log_count(line), 1);
}

static void the_driver_says_the_numbers_at_its_start(void **state)
{
    start(*state, 0, 0, 0);
    expect_line("balloon queues inflate=0 deflate=1 stats=2 hint=none "
                "reporting=none\n");
}

static void the_driver_finds_a_reporting_queue_as_qemu_has_it(void **state)
{
    start(*state, REPORTING, 32, 0);
    expect_line("stats=2 hint=none reporting=3\n");
}

static void the_driver_finds_both_queues_by_the_book(void **state)
{
    start(*state, HINT | REPORTING, 1024, 32);
    expect_line("stats=2 hint=3 reporting=4\n");
}

// Queues that no feature uses are not probed.
static void no_other_queue_is_selected_without_their_features(void **state)
{
    struct rig *rig = *state;

    start(rig, 0, 32, 32);
    for (uint32_t i = 3; i < 5; i++) {
        assert_true(rig_access(rig, 'W', FAKE_QUEUE_SELECT, i, 1) == UINT_MAX);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_two_always_have_theirs),
        cmocka_unit_test(statistics_are_number_2),
        cmocka_unit_test(hints_are_number_3),
        cmocka_unit_test(reporting_is_number_4_by_the_book),
        cmocka_unit_test(reporting_is_number_3_where_no_hints_are_offered),
        cmocka_unit_test(reporting_is_not_taken_for_hints),
        RIG_TEST_ALL(the_driver_says_the_numbers_at_its_start),
        RIG_TEST_ALL(the_driver_finds_a_reporting_queue_as_qemu_has_it),
        RIG_TEST_ALL(the_driver_finds_both_queues_by_the_book),
        RIG_TEST_ALL(no_other_queue_is_selected_without_their_features),
    };

    return cmocka_run_group_tests_name("balloon_numbers", tests, NULL, NULL);
}
