// SPDX-License-Identifier: MIT
// The balloon follows its target, up, down and changed in flight, with every
// page on exactly one side: the fake device and the rig's guest both check.
// VIRTIO 1.4, 5.5.6 "Device Operation".
#include "unit/balloon/pages_test.h"
#include "unit/checks.h"

// BAL-OP-01, -02, -06, -13, -14, -15: any size, in any order.
static void every_target_is_reached(void **state)
{
    static const uint32_t targets[] = {
        1,     0, 1023, 1024, 1025, 2048,       512, 16384,
        16385, 1, 2,    0,    0,    FAKE_PAGES, 7,   FAKE_PAGES - 1,
    };
    struct rig *rig = pages_started(state);

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        pages_target(rig, targets[i]);
        pages_expect(rig, targets[i]);
    }
    assert_int_equal(fake_log_count("balloon reached actual=16385\n"), 1);
    assert_int_equal(fake_log_count("balloon floor"), 0);
    assert_int_equal(rig->pages.demanded, 0);
}

// Requests with many pages, many requests in flight.
static void requests_are_full_and_many(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    assert_int_equal(rig_start(rig), OK);
    pages_target(rig, FAKE_PAGES);
    assert_int_equal(rig->fake.pages.largest, 1024);
    assert_in_range(rig->fake.pages.most_held, 15, 16);
    assert_int_equal(rig->fake.pages.inflations, rig->fake.pages.most_held);
}

// Small runs fill requests too, up to the limit of runs in a request.
static void scattered_pages_travel_as_well(void **state)
{
    struct rig *rig = *state;

    rig->pages.piece = 3;
    assert_int_equal(rig_start(rig), OK);
    pages_target(rig, 4000);
    pages_expect(rig, 4000);
    assert_int_equal(rig->fake.pages.largest, 3 * 64);
    pages_target(rig, 3);
    pages_expect(rig, 3);
}

// BAL-OP-11, -12, -16: no store before the answer, then one store for
// everything answered by then.
static void actual_is_stored_once_and_after_the_answer(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    assert_int_equal(rig_start(rig), OK);
    pages_target(rig, 5000);
    assert_int_equal(rig->fake.actual_writes, 1);
    assert_int_equal(rig->fake.actual, 0);
    fake_pages_answer(&rig->fake, 3);
    rig_settle(rig);
    assert_int_equal(rig->fake.actual, 3 * 1024);
    assert_int_equal(rig->fake.actual_writes, 2);
    fake_pages_answer(&rig->fake, 2);
    rig_settle(rig);
    assert_int_equal(rig->fake.actual_writes, 3);
    pages_expect(rig, 5000);
}

// BAL-OP-07, -09, -10: reversed in flight. The rig records a violation if a
// page in flight is taken back, the device if it is deflated.
static void what_goes_is_not_asked_back_before_it_has_gone(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    assert_int_equal(rig_start(rig), OK);
    pages_target(rig, 5000);
    assert_int_equal(rig->pages.demanded, 0); // still inflating
    pages_target(rig, 100);
    assert_int_equal(rig->fake.pages.deflations, 0);
    fake_pages_answer(&rig->fake, 4);
    rig_settle(rig);
    assert_int_equal(rig->fake.pages.deflations, 0);
    fake_pages_answer(&rig->fake, 1);
    rig_settle(rig);
    assert_int_not_equal(rig->fake.pages.deflations, 0);
    assert_int_equal(rig->pages.counts[RIG_DEFLATING], 4900);
    pages_target(rig, 6000); // and reversed again
    assert_int_equal(rig->fake.pages.inflations, 5);
    assert_int_equal(rig->pages.demanded, 1000);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    pages_expect(rig, 6000);
}

static void retarget(void *ctx)
{
    struct rig *rig = ctx;

    rig->pages.meanwhile = NULL;
    fake_device_target(&rig->fake, 4000);
}

// The configuration changes while requests are being built.
static void a_target_that_changes_under_the_driver_is_followed(void **state)
{
    struct rig *rig = pages_started(state);

    rig->pages.meanwhile = retarget;
    pages_target(rig, 9000);
    pages_expect(rig, 4000);
    rig->pages.meanwhile = retarget;
    pages_target(rig, 10);
    pages_expect(rig, 4000);
}

// Between the two reads of the generation; legacy has none, and reads once.
static void a_target_read_in_two_halves_is_read_again(void **state)
{
    struct rig *rig = pages_started(state);

    for (uint32_t target = 1; target < 20; target++) {
        rig->fake.unsettled = target % 4;
        pages_target(rig, target * 100);
        pages_expect(rig, target * 100);
    }
}

// The floor: logged once for a target and a size; inflation continues when more
// pages are free.
static void what_cannot_be_given_is_said_once(void **state)
{
    struct rig *rig = *state;

    rig->pages.reserve = 500;
    assert_int_equal(rig_start(rig), OK);
    assert_true(rig_pages_use(rig, 1000));
    pages_target(rig, UINT32_MAX);
    pages_expect(rig, FAKE_PAGES - 1500);
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(rig_poll(rig), OK);
    }
    assert_int_equal(fake_log_count("balloon floor"), 1);
    assert_int_equal(
        fake_log_count("balloon floor actual=18500 target=4294967295\n"), 1);
    assert_int_equal(rig->pages.demanded, UINT32_MAX - 18500);
    rig_pages_unuse(rig, 400);
    assert_int_equal(rig_poll(rig), OK);
    rig_settle(rig);
    pages_expect(rig, FAKE_PAGES - 1100);
    assert_int_equal(fake_log_count("balloon floor"), 2);
    pages_target(rig, 100);
    pages_expect(rig, 100);
}

// 16 TiB: the last page number that 32 bits can say.
static void the_last_page_numbers_travel(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.first = UINT32_MAX - FAKE_PAGES + 1;
    assert_int_equal(rig_start(rig), OK);
    pages_target(rig, FAKE_PAGES);
    pages_expect(rig, FAKE_PAGES);
    pages_target(rig, 0);
    pages_expect(rig, 0);
}

// One entry, and sizes that are not powers of two.
static void queues_of_any_size_carry_pages(void **state)
{
    static const uint32_t sizes[] = {1, 2, 3, 5, 17};
    const struct rig_form *form = ((struct rig *)*state)->form;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct rig *rig = *state;

        rig_destroy(rig);
        rig = rig_new(form);
        rig->fake.queue_max[0] = sizes[i];
        rig->fake.queue_max[1] = sizes[i];
        assert_int_equal(rig_start(rig), OK);
        pages_target(rig, 9000);
        pages_expect(rig, 9000);
        pages_target(rig, 0);
        pages_expect(rig, 0);
        assert_string_equal(fake_violations(), "");
    }
}

// Its kicks are ignored until the device polls.
static void a_late_device_is_waited_for(void **state)
{
    struct rig *rig = pages_started(state);

    rig->fake.lazy = true;
    pages_target(rig, 3000);
    assert_int_equal(rig->fake.pages.ballooned, 0);
    for (unsigned i = 0; i < 3; i++) {
        fake_device_run(&rig->fake);
        rig_settle(rig);
    }
    pages_expect(rig, 3000);
}

// One of a thousand steps: workload, device and target change at random.
static void random_step(struct rig *rig, uint32_t *seed)
{
    const uint32_t dice = pages_random(seed);
    const uint32_t number = pages_random(seed) % 3000;

    switch (dice % 8) {
    case 0:
        (void)rig_pages_use(rig, number);
        break;
    case 1:
        rig_pages_unuse(rig, number);
        break;
    case 2:
        fake_pages_answer(&rig->fake, number % 5);
        break;
    case 3:
        rig->fake.pages.backwards = number % 2 != 0;
        break;
    case 4:
        (void)fake_device_poll(&rig->fake);
        break;
    case 5:
        rig->fake.unsettled = number % 3;
        break;
    default:
        fake_device_target(&rig->fake, number);
    }
    if (dice % 3 != 0) {
        rig_settle(rig);
    }
}

static void no_page_is_lost_whatever_happens_in_between(void **state)
{
    struct rig *rig = *state;
    uint32_t seed = 20240229;

    rig->fake.offered |= 1u; // MUST_TELL_HOST
    rig->pages.piece = 300;
    rig->fake.pages.keeps = true;
    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig->fake.accepted & 1u, 1);
    for (unsigned i = 0; i < 1500; i++) {
        random_step(rig, &seed);
    }
    rig->fake.pages.keeps = false;
    rig_pages_unuse(rig, FAKE_PAGES);
    for (unsigned i = 0; i < 4; i++) {
        fake_pages_answer(&rig->fake, UINT32_MAX);
        pages_target(rig, 1234);
    }
    pages_expect(rig, 1234);
    assert_int_equal(rig->balloon.recoveries_total, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(every_target_is_reached),
        RIG_TEST_IN_ORDER(every_target_is_reached),
        RIG_TEST_ALL(requests_are_full_and_many),
        RIG_TEST_ALL(scattered_pages_travel_as_well),
        RIG_TEST_ALL(actual_is_stored_once_and_after_the_answer),
        RIG_TEST_IN_ORDER(actual_is_stored_once_and_after_the_answer),
        RIG_TEST_ALL(what_goes_is_not_asked_back_before_it_has_gone),
        RIG_TEST_ALL(a_target_that_changes_under_the_driver_is_followed),
        RIG_TEST_MODERN(a_target_read_in_two_halves_is_read_again),
        RIG_TEST_ALL(what_cannot_be_given_is_said_once),
        RIG_TEST_ALL(the_last_page_numbers_travel),
        RIG_TEST_MODERN_SPLIT(queues_of_any_size_carry_pages),
        RIG_TEST_ALL(a_late_device_is_waited_for),
        RIG_TEST_ALL(no_page_is_lost_whatever_happens_in_between),
        RIG_TEST_IN_ORDER(no_page_is_lost_whatever_happens_in_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
