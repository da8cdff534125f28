// SPDX-License-Identifier: MIT
// Devices that keep pages, die with them or lie about them: every page has
// exactly one owner, `actual` is what the device has, and no loop runs without
// an end. VIRTIO 1.4, 5.5.6 "Device Operation", 2.1.2.
#include "fakes/fake_memory.h"
#include "unit/balloon/pages_test.h"
#include "unit/checks.h"

static struct rig *keeping(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    return pages_started(state);
}

// A thousand targets add no more requests than fit, and polls are answered.
static void a_device_that_never_answers_is_borne(void **state)
{
    struct rig *rig = keeping(state);
    uint32_t seed = 7;

    pages_target(rig, FAKE_PAGES);
    const unsigned requests = rig->fake.pages.inflations;
    for (unsigned i = 0; i < 1000; i++) {
        pages_target(rig, pages_random(&seed));
        (void)fake_device_poll(&rig->fake);
        rig_settle(rig);
    }
    assert_int_equal(rig->fake.pages.inflations, requests);
    assert_int_equal(rig->fake.pages.deflations, 0);
    assert_int_equal(rig->fake.actual, 0);
    assert_int_equal(rig->fake.samples, 1001);
    assert_int_equal(rig->balloon.recoveries_total, 0);
    assert_int_equal(rig->pages.counts[RIG_BALLOONED], 0);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    assert_int_equal(fake_memory_live(), 0);
}

// Acknowledged pages stay with the device over the reset; pages in flight
// return to the guest, and `actual` is corrected before anything moves.
static void what_was_going_at_its_death_comes_back(void **state)
{
    struct rig *rig = keeping(state);

    pages_target(rig, 5000);
    fake_pages_answer(&rig->fake, 2);
    rig_settle(rig);
    fake_device_target(&rig->fake, 2048);
    rig_settle(rig);
    pages_break(rig);
    rig_settle(rig);
    assert_int_equal(fake_log_count("balloon recovery"), 1);
    pages_expect(rig, 2048);
    rig->fake.pages.keeps = false;
    pages_target(rig, 6000);
    pages_expect(rig, 6000);
    pages_target(rig, 0);
    pages_expect(rig, 0);
}

static void what_was_coming_at_its_death_has_come(void **state)
{
    struct rig *rig = pages_started(state);

    pages_target(rig, 6000);
    rig->fake.pages.keeps = true;
    pages_target(rig, 1000);
    assert_int_equal(rig->fake.actual, 6000);
    assert_int_equal(rig->pages.counts[RIG_DEFLATING], 5000);
    pages_break(rig);
    rig_settle(rig);
    pages_expect(rig, 1000);
}

// Requests that the device never took, in either direction.
static void what_lay_untaken_at_its_death_comes_back(void **state)
{
    struct rig *rig = pages_started(state);

    for (uint32_t round = 0; round < 5; round++) {
        rig->fake.lazy = true;
        pages_target(rig, round % 2 == 0 ? 3000 : 10);
        pages_break(rig);
        rig->fake.lazy = false;
        rig_settle(rig);
        pages_expect(rig, round % 2 == 0 ? 3000 : 10);
        assert_int_equal(rig_poll(rig), OK);
    }
    assert_int_equal(rig->balloon.recoveries_total, 5);
}

// The device dies at random moments, repeatedly.
static void deaths_at_any_moment_lose_no_page(void **state)
{
    struct rig *rig = *state;
    uint32_t seed = 4711;

    rig->pages.piece = 100;
    rig->fake.pages.keeps = true;
    assert_int_equal(rig_start(rig), OK);
    for (unsigned i = 0; i < 200; i++) {
        fake_device_target(&rig->fake, pages_random(&seed) % 4000);
        (void)rig_pages_use(rig, pages_random(&seed) % 500);
        rig_settle(rig);
        fake_pages_answer(&rig->fake, pages_random(&seed) % 6);
        if (pages_random(&seed) % 2 == 0) {
            rig_settle(rig);
        }
        if (pages_random(&seed) % 4 == 0) {
            pages_break(rig);
            rig_settle(rig);
        }
        rig_pages_unuse(rig, pages_random(&seed) % 500);
        (void)fake_device_poll(&rig->fake);
        rig_settle(rig);
        rig_pages_check(rig);
        assert_int_equal(rig->fake.pages.ballooned, rig->fake.actual);
    }
    assert_true(rig->balloon.recoveries_total > 20);
}

static void lie(struct rig *rig, unsigned queue, uint32_t id)
{
    (void)fake_ring_lie(&rig->fake.queues[queue].ring, id, 0);
    fake_device_raise(&rig->fake, 1);
    rig_settle(rig);
}

// A used buffer with an unknown id, and one in a queue without requests.
static void a_lying_answer_is_answered_by_a_reset(void **state)
{
    struct rig *rig = keeping(state);

    pages_target(rig, 2000);
    lie(rig, 0, 9999);
    assert_int_equal(fake_log_count("balloon recovery reason=used_id"), 1);
    lie(rig, 1, 0);
    assert_int_equal(rig->balloon.recoveries_total, 2);
    assert_int_equal(rig->pages.counts[RIG_BALLOONED], 0);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    pages_expect(rig, 2000);
}

// After the driver gives up, pages in the balloon stay there; pages in flight
// return.
static void a_device_that_is_given_up_keeps_what_it_has(void **state)
{
    struct rig *rig = pages_started(state);

    pages_target(rig, 3000);
    rig->fake.pages.keeps = true;
    pages_target(rig, 4000);
    rig->fake.refusals = FAKE_FOREVER;
    if (fake_device_legacy(&rig->fake)) {
        fake_memory_limit(0);
    }
    pages_break(rig);
    rig_interrupt(rig);
    assert_int_equal(balloon_serve(&rig->balloon), ERR_DEVICE);
    assert_int_equal(rig->pages.counts[RIG_BALLOONED], 3000);
    assert_int_equal(rig->pages.counts[RIG_INFLATING], 0);
    assert_false(balloon_relieve(&rig->balloon, 1));
}

// Stopped with a full balloon and requests in flight: every page
// returns, and the next start begins with an empty balloon.
static void a_stop_takes_everything_back(void **state)
{
    struct rig *rig = pages_started(state);

    pages_target(rig, 3000);
    rig->fake.pages.keeps = true;
    pages_target(rig, 9000);
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    assert_int_equal(rig->pages.demanded, 0);
    assert_int_equal(balloon_serve(&rig->balloon), OK);
    assert_false(balloon_relieve(&rig->balloon, 1));
    rig->fake.pages.keeps = false;
    rig->fake.num_pages = 50;
    assert_int_equal(rig_start(rig), OK);
    rig_settle(rig);
    pages_expect(rig, 50);
}

// A device whose reset never ends may still write to all memory it was given.
static void without_a_reset_pages_stay_away(void **state)
{
    struct rig *rig = keeping(state);

    pages_target(rig, 3000);
    rig->fake.late_resets = FAKE_FOREVER;
    assert_int_equal(balloon_stop(&rig->balloon), ERR_TIMEOUT);
    assert_int_equal(rig->pages.counts[RIG_INFLATING], 3000);
}

// The device answers requests one by one, and has not taken the sample yet.
static void a_busy_device_is_not_dead(void **state)
{
    struct rig *rig = keeping(state);

    assert_int_equal(rig_poll(rig), OK);
    pages_target(rig, 10000);
    rig->fake.lazy = true;
    assert_int_equal(rig_poll(rig), OK);
    for (unsigned i = 0; i < 10; i++) {
        fake_pages_answer(&rig->fake, 1);
        rig_settle(rig);
    }
    assert_int_equal(rig->balloon.recoveries_total, 0);
    rig->fake.lazy = false;
    fake_device_run(&rig->fake);
    assert_int_equal(rig->fake.samples, 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(a_device_that_never_answers_is_borne),
        RIG_TEST_ALL(what_was_going_at_its_death_comes_back),
        RIG_TEST_ALL(what_was_coming_at_its_death_has_come),
        RIG_TEST_ALL(what_lay_untaken_at_its_death_comes_back),
        RIG_TEST_ALL(deaths_at_any_moment_lose_no_page),
        RIG_TEST_ALL(a_lying_answer_is_answered_by_a_reset),
        RIG_TEST_ALL(a_device_that_is_given_up_keeps_what_it_has),
        RIG_TEST_ALL(a_stop_takes_everything_back),
        RIG_TEST_ALL(without_a_reset_pages_stay_away),
        RIG_TEST_ALL(a_busy_device_is_not_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
