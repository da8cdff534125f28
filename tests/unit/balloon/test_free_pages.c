// SPDX-License-Identifier: MIT
// Free pages: reported, hinted during a migration, poisoned. Pages in use are
// never among them. VIRTIO 1.4, 5.5.6.5, 5.5.6.6, 5.5.6.7.
#include "unit/balloon/pages_test.h"
#include "unit/checks.h"

#define POISON 0xaaaa5555u
#define ROUND 0x80000007u

static struct rig *reporting(void **state)
{
    rig_offer_reports(*state);
    return pages_started(state);
}

// BAL-REPORT-04, -07, BAL-INIT-05: every free page, once.
static void every_free_page_is_reported_once(void **state)
{
    struct rig *rig = *state;

    rig->pages.piece = 500;
    (void)reporting(state);
    rig_settle(rig);
    assert_int_equal(rig->fake.pages.reported, FAKE_PAGES);
    const unsigned reports = rig->fake.pages.reports;
    assert_int_equal(rig_poll(rig), OK);
    rig_settle(rig);
    assert_int_equal(rig->fake.pages.reports, reports);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
}

// BAL-REPORT-03: a page that is used and freed again is reported again.
static void pages_that_become_free_are_reported_again(void **state)
{
    struct rig *rig = reporting(state);

    rig_settle(rig);
    for (uint32_t i = 1; i < 20; i++) {
        assert_true(rig_pages_use(rig, 100 * i));
        assert_int_equal(rig_poll(rig), OK);
        rig_settle(rig);
        rig_pages_check(rig);
        rig_pages_unuse(rig, 60 * i);
        assert_int_equal(rig_poll(rig), OK);
        rig_settle(rig);
        rig_pages_check(rig);
        rig_pages_unuse(rig, FAKE_PAGES);
    }
    assert_true(rig->fake.pages.reported > FAKE_PAGES + 60 * 100);
}

// One chain in flight, of bounded length; its pages are not available
// meanwhile, and after the device's death they count as not reported.
static void a_report_that_is_kept_is_the_only_one(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    rig->pages.piece = 10;
    (void)reporting(state);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(rig_poll(rig), OK);
    }
    assert_int_equal(rig->fake.pages.reports, 1);
    assert_in_range(rig->pages.counts[RIG_REPORTING], 1, 320);
    pages_break(rig);
    rig_settle(rig);
    assert_int_equal(rig->balloon.recoveries_total, 1);
    assert_int_equal(rig->fake.pages.reports, 2);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, 1);
    rig_settle(rig);
    assert_int_equal(rig->pages.counts[RIG_REPORTING], 0);
}

// The balloon moves while free pages are reported.
static void reports_and_the_balloon_share_the_pages(void **state)
{
    struct rig *rig = *state;
    uint32_t seed = 99;

    rig->pages.piece = 700;
    (void)reporting(state);
    for (unsigned i = 0; i < 60; i++) {
        (void)rig_pages_use(rig, pages_random(&seed) % 2000);
        fake_device_target(&rig->fake, pages_random(&seed) % 9000);
        rig_settle(rig);
        rig_pages_check(rig);
        rig_pages_unuse(rig, pages_random(&seed) % 2000);
    }
    pages_target(rig, 4000);
    pages_expect(rig, 4000);
}

// Reported pages become free without another event for the driver: until then
// the target counts as reachable.
static void a_target_waits_for_what_is_on_report(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    (void)reporting(state);
    assert_int_equal(rig->pages.counts[RIG_REPORTING], FAKE_PAGES);
    pages_target(rig, FAKE_PAGES - 1);
    assert_int_equal(fake_log_count("balloon floor"), 0);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    pages_expect(rig, FAKE_PAGES - 1);
    pages_target(rig, FAKE_PAGES + 1);
    pages_expect(rig, FAKE_PAGES);
    assert_int_equal(fake_log_count("balloon floor"), 1);
}

// BAL-POISON-01 to -03, BAL-INIT-04, BAL-REPORT-02: the fake and the rig check
// the content of each page.
static void poison_is_kept_where_it_was_promised(void **state)
{
    struct rig *rig = *state;

    rig_offer_poison(rig, POISON);
    (void)reporting(state);
    rig_settle(rig);
    assert_int_equal(rig->fake.pages.poison, POISON);
    pages_target(rig, 6000);
    pages_target(rig, 100);
    pages_expect(rig, 100);
    assert_int_equal(rig->fake.pages.poison_writes, 1);
    pages_break(rig);
    rig_settle(rig);
    assert_int_equal(rig->fake.pages.poison_writes, 2);
    pages_expect(rig, 100);
}

static void poison_is_declined_by_who_has_none(void **state)
{
    struct rig *rig = pages_started(state);

    assert_int_equal(rig->fake.offered >> 4 & 1, 1);
    assert_int_equal(rig->fake.accepted >> 4 & 1, 0);
    assert_int_equal(rig->fake.pages.poison_writes, 0);
}

static struct rig *hinting(void **state)
{
    rig_offer_hints(*state);
    return pages_started(state);
}

static void round_of(struct rig *rig, uint32_t command)
{
    fake_pages_command(&rig->fake, command);
    rig_settle(rig);
}

// BAL-HINT-01 to -04, -06, -10, -11: the id, the pages, STOP; at DONE all pages
// are the guest's.
static void a_round_gives_what_is_free_and_ends(void **state)
{
    struct rig *rig = hinting(state);

    assert_true(rig_pages_use(rig, 1234));
    for (uint32_t i = 0; i < 3; i++) {
        round_of(rig, ROUND + i);
        assert_int_equal(rig->fake.pages.hinted, (i + 1) * (FAKE_PAGES - 1234));
        assert_int_equal(rig->fake.pages.commands, 2 * i + 2);
        assert_int_equal(rig->fake.pages.newest_command, 0);
        assert_int_equal(rig->pages.counts[RIG_HINTED], FAKE_PAGES - 1234);
        round_of(rig, 1);
        assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES - 1234);
        rig_pages_check(rig);
    }
}

// A round whose hints the device has taken and not returned.
static struct rig *round_kept(void **state)
{
    struct rig *rig = *state;

    rig->pages.piece = 50;
    rig->fake.pages.keeps = true;
    (void)hinting(state);
    round_of(rig, ROUND);
    return rig;
}

// BAL-HINT-05: buffers in the queue may be returned late, even after DONE.
static void done_ends_a_round_whose_hints_are_still_out(void **state)
{
    struct rig *rig = round_kept(state);

    fake_pages_answer(&rig->fake, 10);
    rig_settle(rig);
    const uint32_t sent = rig->pages.counts[RIG_HINTING];

    assert_true(sent > 0);
    round_of(rig, 1);
    assert_int_equal(rig->pages.counts[RIG_HINTED], 0);
    assert_int_equal(rig->pages.counts[RIG_HINTING], sent);
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    assert_int_equal(rig->fake.pages.commands, 1);
}

static void stop_ends_the_giving(void **state)
{
    struct rig *rig = round_kept(state);
    const uint32_t sent = rig->pages.counts[RIG_HINTING];

    round_of(rig, 0);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    assert_int_equal(rig->fake.pages.hinted, sent);
    assert_int_equal(rig->pages.counts[RIG_HINTED], sent);
    round_of(rig, 1);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
}

static void a_death_ends_the_round(void **state)
{
    struct rig *rig = round_kept(state);

    fake_pages_answer(&rig->fake, 10);
    rig_settle(rig);
    rig->fake.pages.command = 1;
    pages_break(rig);
    rig_settle(rig);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    rig->fake.pages.keeps = false;
    round_of(rig, ROUND + 1);
    assert_int_equal(rig->pages.counts[RIG_HINTED], FAKE_PAGES);
}

// A target changes the balloon during a round; the STOP id that QEMU shows
// meanwhile is not an end of the round.
static void the_balloon_moves_during_a_round(void **state)
{
    struct rig *rig = hinting(state);

    pages_target(rig, 3000);
    round_of(rig, ROUND);
    pages_target(rig, 500);
    pages_expect(rig, 500);
    round_of(rig, 1);
    pages_target(rig, 9000);
    pages_expect(rig, 9000);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES - 9000);
}

// The balloon inflates with hinted pages before it reports the floor.
static void the_balloon_grows_out_of_hinted_pages(void **state)
{
    struct rig *rig = hinting(state);

    round_of(rig, ROUND);
    assert_int_equal(rig->pages.counts[RIG_HINTED], FAKE_PAGES);
    pages_target(rig, 7000);
    pages_expect(rig, 7000);
    pages_target(rig, FAKE_PAGES);
    pages_expect(rig, FAKE_PAGES);
    assert_int_equal(fake_log_count("balloon floor"), 0);
    round_of(rig, 1);
    pages_target(rig, 20);
    pages_expect(rig, 20);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES - 20);
}

// The same with hints in flight: unacknowledged pages follow later.
static void the_balloon_waits_for_hints_that_are_out(void **state)
{
    struct rig *rig = *state;

    rig->fake.pages.keeps = true;
    (void)hinting(state);
    round_of(rig, ROUND);
    assert_int_equal(rig->pages.counts[RIG_HINTING], FAKE_PAGES);
    pages_target(rig, 300);
    assert_int_equal(fake_log_count("balloon floor"), 0);
    rig->fake.pages.keeps = false;
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    pages_expect(rig, 300);
}

// The device's state of a round is lost in a migration, but the ring keeps the
// flag that asks for no kicks.
static void hints_that_were_moved_with_the_machine_come_back(void **state)
{
    struct rig *rig = *state;

    rig->pages.piece = 50;
    (void)hinting(state);
    rig->fake.lazy = true;
    round_of(rig, ROUND);
    assert_true(rig->pages.counts[RIG_HINTING] > 0);
    fake_ring_set_no_kicks(&rig->fake.queues[3].ring, true);
    rig->fake.lazy = false;
    round_of(rig, 1);
    assert_int_equal(rig->pages.counts[RIG_HINTING], 0);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    fake_ring_set_no_kicks(&rig->fake.queues[3].ring, false);
    round_of(rig, ROUND + 1);
    assert_int_equal(rig->pages.counts[RIG_HINTED], FAKE_PAGES);
}

// A round whose id finds no room begins later, unless it was cancelled.
static void a_round_waits_for_the_id_of_the_one_before(void **state)
{
    struct rig *rig = *state;

    rig->pages.piece = 50;
    rig->fake.pages.keeps = true;
    (void)hinting(state);
    for (unsigned called_off = 0; called_off < 2; called_off++) {
        const uint32_t id = ROUND + 10 * called_off;
        const unsigned before = rig->fake.pages.commands;

        round_of(rig, id);
        round_of(rig, id + 1);
        assert_int_equal(rig->fake.pages.commands, before + 1);
        if (called_off) {
            round_of(rig, 0);
        }
        rig->fake.pages.keeps = false;
        fake_pages_answer(&rig->fake, UINT32_MAX);
        rig_settle(rig);
        assert_int_equal(rig->fake.pages.commands,
                         before + (called_off ? 1 : 3));
        assert_int_equal(rig->pages.counts[RIG_HINTED],
                         called_off ? 0 : FAKE_PAGES);
        round_of(rig, 1);
        assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
        rig->fake.pages.keeps = true;
    }
}

// Buffers returned while the driver polls cause no interrupt.
static void hints_that_come_back_at_once_interrupt_nobody(void **state)
{
    struct rig *rig = *state;

    rig->pages.piece = 50;
    rig->env.hint_polls_max = 100;
    (void)hinting(state);
    assert_int_equal(rig->fake.queues[3].kicks, 1); // outside of any round
    for (uint32_t i = 0; i < 3; i++) {
        round_of(rig, ROUND + i);
        assert_int_equal(rig->pages.counts[RIG_HINTED], FAKE_PAGES);
        assert_int_equal(rig->pages.counts[RIG_HINTING], 0);
        assert_int_equal(rig->fake.queues[3].ring.interrupts, 0);
        round_of(rig, 1);
        assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    }
}

// Buffers returned later cause an interrupt.
static void hints_that_come_late_are_taken_in_all_the_same(void **state)
{
    struct rig *rig = *state;

    rig->env.hint_polls_max = 100;
    (void)round_kept(state);
    for (unsigned i = 0; rig->pages.counts[RIG_HINTED] != FAKE_PAGES; i++) {
        assert_true(i < FAKE_PAGES);
        fake_pages_answer(&rig->fake, 10);
        rig_settle(rig);
    }
    fake_pages_answer(&rig->fake, UINT32_MAX);
    rig_settle(rig);
    assert_int_equal(rig->balloon.hint.in_flight, 0);
    round_of(rig, 1);
    assert_int_equal(rig->pages.counts[RIG_FREE], FAKE_PAGES);
    // No more interrupts once buffers return at once again.
    const unsigned interrupts = rig->fake.queues[3].ring.interrupts;

    assert_true(interrupts > 0);
    rig->fake.pages.keeps = false;
    round_of(rig, ROUND + 1);
    assert_int_equal(rig->pages.counts[RIG_HINTED], FAKE_PAGES);
    assert_in_range(rig->fake.queues[3].ring.interrupts, interrupts,
                    interrupts + 1); // still requested until the first poll
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(every_free_page_is_reported_once),
        RIG_TEST_ALL(pages_that_become_free_are_reported_again),
        RIG_TEST_ALL(a_report_that_is_kept_is_the_only_one),
        RIG_TEST_ALL(reports_and_the_balloon_share_the_pages),
        RIG_TEST_ALL(a_target_waits_for_what_is_on_report),
        RIG_TEST_ALL(poison_is_kept_where_it_was_promised),
        RIG_TEST_ALL(poison_is_declined_by_who_has_none),
        RIG_TEST_ALL(a_round_gives_what_is_free_and_ends),
        RIG_TEST_ALL(done_ends_a_round_whose_hints_are_still_out),
        RIG_TEST_ALL(stop_ends_the_giving),
        RIG_TEST_ALL(a_death_ends_the_round),
        RIG_TEST_ALL(the_balloon_moves_during_a_round),
        RIG_TEST_ALL(the_balloon_grows_out_of_hinted_pages),
        RIG_TEST_ALL(the_balloon_waits_for_hints_that_are_out),
        RIG_TEST_ALL(hints_that_were_moved_with_the_machine_come_back),
        RIG_TEST_ALL(a_round_waits_for_the_id_of_the_one_before),
        RIG_TEST_ALL(hints_that_come_back_at_once_interrupt_nobody),
        RIG_TEST_ALL(hints_that_come_late_are_taken_in_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
