// SPDX-License-Identifier: MIT
// Memory pressure in the guest: with DEFLATE_ON_OOM the balloon deflates the
// requested number of pages at once, and no more; without it none.
// VIRTIO 1.4, 5.5.6.1.
#include "unit/balloon/pages_test.h"
#include "unit/checks.h"

#define DEFLATE_ON_OOM 4u // bit 2

static struct rig *full(void **state, uint64_t offer)
{
    struct rig *rig = *state;

    rig->fake.offered |= offer;
    (void)pages_started(state);
    pages_target(rig, 8000);
    return rig;
}

// BAL-OP-05: exactly that number, and no inflation until another target.
static void with_the_feature_pages_come_back_in_need(void **state)
{
    struct rig *rig = full(state, DEFLATE_ON_OOM);

    assert_true(rig->pages.deflate_on_oom);
    assert_true(balloon_relieve(&rig->balloon, 1777));
    pages_expect(rig, 8000 - 1777);
    assert_int_equal(fake_log_count("balloon relief pages=1777 actual=6223\n"),
                     1);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(rig_poll(rig), OK);
        rig_settle(rig);
    }
    pages_expect(rig, 6223);
    pages_target(rig, 8001);
    pages_expect(rig, 8001);
}

// The background would make room for a balloon that wants pages.
static void a_relieved_balloon_wants_no_page(void **state)
{
    struct rig *rig = full(state, DEFLATE_ON_OOM);

    pages_target(rig, FAKE_PAGES + 100);
    assert_true(rig->pages.demanded > 0);
    assert_true(balloon_relieve(&rig->balloon, 10));
    assert_int_equal(rig->pages.demanded, 0);
}

static void more_than_there_is_is_refused_whole(void **state)
{
    struct rig *rig = full(state, DEFLATE_ON_OOM);

    assert_false(balloon_relieve(&rig->balloon, 8001));
    pages_expect(rig, 8000);
    assert_true(balloon_relieve(&rig->balloon, 8000));
    pages_expect(rig, 0);
    assert_false(balloon_relieve(&rig->balloon, 1));
}

// BAL-OP-04.
static void without_the_feature_nothing_comes_back(void **state)
{
    struct rig *rig = full(state, 0);

    assert_false(rig->pages.deflate_on_oom);
    assert_false(balloon_relieve(&rig->balloon, 1));
    pages_expect(rig, 8000);
    assert_int_equal(fake_log_count("balloon relief"), 0);
}

// Inflate requests in flight are waited for; they are never taken back.
static void answer_meanwhile(void *ctx)
{
    struct rig *rig = ctx;

    rig->pages.meanwhile = NULL;
    rig->fake.pages.keeps = false;
}

static void pages_on_their_way_are_left_alone(void **state)
{
    struct rig *rig = full(state, DEFLATE_ON_OOM);

    rig->pages.meanwhile = answer_meanwhile;
    pages_target(rig, 9000);
    assert_true(balloon_relieve(&rig->balloon, 8500));
    pages_expect(rig, 500);
}

// The wait is bounded, and the log line names the awaited request.
static void a_device_that_does_not_answer_is_not_waited_for(void **state)
{
    struct rig *rig = full(state, DEFLATE_ON_OOM);

    rig->fake.pages.keeps = true;
    assert_false(balloon_relieve(&rig->balloon, 100));
    assert_int_equal(fake_log_count("error what=balloon_relief "
                                    "awaited=acknowledgement pages=100\n"),
                     1);
    assert_int_equal(rig->pages.counts[RIG_DEFLATING], 100);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, 1);
    rig_settle(rig);
    pages_expect(rig, 7900);
}

// Reported pages return by themselves, and hinted pages are only kept: both
// help without the feature.
static void free_pages_on_report_are_had_first(void **state)
{
    struct rig *rig = *state;

    rig_offer_hints(rig);
    (void)pages_started(state);
    fake_pages_command(&rig->fake, 0x80000001u);
    rig_settle(rig);
    assert_int_equal(rig->pages.counts[RIG_FREE], 0);
    assert_true(balloon_relieve(&rig->balloon, FAKE_PAGES));
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    assert_false(balloon_relieve(&rig->balloon, 1));
}

// Hints in flight are waited for, and kicked again: the machine has migrated.
static void hints_that_are_out_come_back_in_need(void **state)
{
    struct rig *rig = *state;

    rig_offer_hints(rig);
    (void)pages_started(state);
    rig->fake.pages.hints_ignored = true;
    fake_pages_command(&rig->fake, 0x80000001u);
    rig_settle(rig);
    assert_int_equal(rig->pages.counts[RIG_HINTING], FAKE_PAGES);
    fake_pages_move(&rig->fake);
    assert_true(balloon_relieve(&rig->balloon, FAKE_PAGES));
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(with_the_feature_pages_come_back_in_need),
        RIG_TEST_ALL(a_relieved_balloon_wants_no_page),
        RIG_TEST_ALL(more_than_there_is_is_refused_whole),
        RIG_TEST_ALL(without_the_feature_nothing_comes_back),
        RIG_TEST_ALL(pages_on_their_way_are_left_alone),
        RIG_TEST_ALL(free_pages_on_report_are_had_first),
        RIG_TEST_ALL(hints_that_are_out_come_back_in_need),
        RIG_TEST(a_device_that_does_not_answer_is_not_waited_for, mmio),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
