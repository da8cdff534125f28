// SPDX-License-Identifier: MIT
// Random combinations: targets, rounds of hints, reports, a workload, polls, a
// device that is slow, migrates or dies, and a driver that is stopped and
// started. Whenever nothing is in flight, both sides' states agree and each
// page is where it belongs. VIRTIO 1.4, 5.5.6.
#include "unit/balloon/pages_test.h"
#include "unit/checks.h"

#define DEFLATE_ON_OOM 4u // bit 2
#define POISON 0x5a5a5a5au
#define STOP 0u
#define DONE 1u
#define RESTS 10u // quiet points in a journey
#define STEPS 25u // between two of them
#define RESERVE 64u

static uint32_t seed;
static uint32_t newest_round;

static uint32_t below(uint32_t limit)
{
    return pages_random(&seed) % limit;
}

// --- What happens ------------------------------------------------------------

static void change_target(struct rig *rig)
{
    fake_device_target(&rig->fake,
                       below(2) != 0 ? below(FAKE_PAGES + 1000) : below(2000));
}

static void change_command(struct rig *rig)
{
    const uint32_t kind = below(8);

    fake_pages_command(&rig->fake, kind == 0   ? STOP
                                   : kind == 1 ? DONE
                                               : ++newest_round);
}

// QEMU shows STOP as soon as it has the id.
static void hide_command(struct rig *rig)
{
    if (rig->fake.pages.round != 0) {
        rig->fake.pages.command = STOP;
    }
}

static void use(struct rig *rig)
{
    const uint32_t free = rig->pages.counts[RIG_FREE];

    if (free > RESERVE) {
        assert_true(rig_pages_use(rig, below(free - RESERVE)));
    }
}

static void unuse(struct rig *rig)
{
    rig_pages_unuse(rig, below(6000));
}

// On success the pages are free. A device that keeps requests is skipped, since
// the wait for it is long.
static void relieve(struct rig *rig)
{
    const uint32_t before = rig->pages.counts[RIG_FREE];
    const uint32_t wanted = below(3000);

    if (rig->fake.pages.keeps || rig->fake.pages.hints_ignored ||
        rig->fake.lazy || rig->fake.dead || rig->fake.pages.held_count != 0) {
        return;
    }
    if (balloon_relieve(&rig->balloon, wanted)) {
        assert_true(rig->pages.counts[RIG_FREE] >= before + wanted);
    } else {
        // Too few pages, not counting those that the driver may not take back.
        const uint32_t deflatable =
            rig->pages.deflate_on_oom ? rig->fake.pages.ballooned : 0;

        assert_true(rig->pages.counts[RIG_FREE] + deflatable < before + wanted);
    }
}

static void answer_some(struct rig *rig)
{
    fake_pages_answer(&rig->fake, below(6));
}

static void change_mood(struct rig *rig)
{
    struct fake_pages *pages = &rig->fake.pages;

    pages->keeps = below(2) != 0;
    pages->backwards = below(2) != 0;
    pages->hints_ignored = below(3) == 0;
    rig->fake.lazy = below(4) == 0;
    rig->pages.piece = 100 + below(900);
    if (!rig->fake.lazy) {
        fake_device_run(&rig->fake); // late, and then everything
    }
}

// The machine migrates: taken requests are answered, then another device owns
// the queues; the migration's round has ended.
static void move(struct rig *rig)
{
    rig->fake.lazy = false;
    fake_device_run(&rig->fake);
    fake_pages_answer(&rig->fake, UINT32_MAX);
    fake_pages_move(&rig->fake);
    fake_pages_command(&rig->fake, DONE);
}

static void wake(struct rig *rig)
{
    assert_int_equal(rig_wake(rig), OK);
}

static void poll(struct rig *rig)
{
    (void)rig_poll(rig);
}

static void step(struct rig *rig)
{
    static void (*const steps[])(struct rig *) = {
        change_target,
        change_target,
        change_command,
        change_command,
        hide_command,
        use,
        use,
        unuse,
        relieve,
        answer_some,
        answer_some,
        change_mood,
        wake,
        wake,
        poll,
        move,
    };

    steps[below(sizeof steps / sizeof steps[0])](rig);
    rig_pages_check(rig);
    if (below(2) != 0) {
        wake(rig);
    }
}

// --- When all is quiet -------------------------------------------------------

static void calm(struct rig *rig)
{
    rig->fake.lazy = false;
    rig->fake.pages.keeps = false;
    rig->fake.pages.hints_ignored = false;
    fake_device_run(&rig->fake);
    rig_settle(rig);
}

static void expect_nothing_out(struct rig *rig)
{
    pages_expect(rig, rig->fake.pages.ballooned);
    assert_int_equal(rig->pages.counts[RIG_REPORTING], 0);
    assert_int_equal(rig->pages.counts[RIG_HINTING], 0);
    assert_int_equal(rig->pages.counts[RIG_HINTED], 0);
    assert_int_equal(rig->balloon.hint.in_flight, 0);
    assert_string_equal(fake_violations(), "");
}

// A reachable target is reached; an unreachable one is followed to the last
// page, and the floor is logged once.
static void expect_to_follow(struct rig *rig, uint32_t target)
{
    const uint32_t most = FAKE_PAGES - rig->pages.counts[RIG_USED] - RESERVE;

    fake_report_clear();
    pages_target(rig, target);
    pages_expect(rig, target < most ? target : most);
    assert_int_equal(fake_log_count("balloon floor"), target > most ? 1 : 0);
    expect_nothing_out(rig);
}

static void rest(struct rig *rig)
{
    if (below(2) != 0) {
        move(rig);
        rig_settle(rig); // queues are processed only at kicks
    }
    fake_pages_command(&rig->fake, DONE);
    calm(rig);
    expect_nothing_out(rig);
    expect_to_follow(rig, FAKE_PAGES + 2000 + below(1u << 20));
    expect_to_follow(rig, below(1000));
    poll(rig);
}

static void start_again(struct rig *rig)
{
    assert_int_equal(balloon_stop(&rig->balloon), OK);
    rig_pages_check(rig);
    assert_int_equal(rig->pages.counts[RIG_FREE] + rig->pages.counts[RIG_USED],
                     FAKE_PAGES);
    rig->fake.dead = false;
    rig->env.hint_polls_max = below(2) * 20; // time to poll for returned hints
    assert_int_equal(rig_start(rig), OK);
}

static void interrupt_all(struct rig *rig)
{
    const uint32_t kind = below(4);

    if (kind == 0) {
        pages_break(rig);
    } else if (kind == 1) {
        start_again(rig);
    }
}

static void journey(struct rig *rig)
{
    seed = 1 + (uint32_t)rig->form->kind;
    newest_round = 0x80000000u;
    rig->pages.reserve = RESERVE;
    rig_offer_hints(rig);
    rig_offer_reports(rig);
    assert_int_equal(rig_start(rig), OK);
    for (unsigned i = 0; i < RESTS; i++) {
        for (unsigned j = 0; j < STEPS; j++) {
            step(rig);
        }
        interrupt_all(rig);
        for (unsigned j = 0; j < STEPS; j++) {
            step(rig);
        }
        rest(rig);
    }
}

static void everything_at_once_leaves_the_books_equal(void **state)
{
    journey(*state);
}

static void so_it_does_where_pages_come_back_in_need(void **state)
{
    struct rig *rig = *state;

    rig->fake.offered |= DEFLATE_ON_OOM;
    journey(rig);
}

static void so_it_does_with_poison(void **state)
{
    rig_offer_poison(*state, POISON);
    journey(*state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(everything_at_once_leaves_the_books_equal),
        RIG_TEST_IN_ORDER(everything_at_once_leaves_the_books_equal),
        RIG_TEST_ALL(so_it_does_where_pages_come_back_in_need),
        RIG_TEST_IN_ORDER(so_it_does_where_pages_come_back_in_need),
        RIG_TEST(so_it_does_with_poison, mmio),
        RIG_TEST(so_it_does_with_poison, pci_legacy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
