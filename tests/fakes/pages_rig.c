// SPDX-License-Identifier: MIT
// The state of each page, checked at every step on both sides.
#include "fakes/pages_rig.h"

#include "fakes/balloon_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

#define SETTLE_TURNS_MAX 100000u

static uint32_t index_of(struct rig *rig, uint32_t pfn)
{
    const uint32_t at = fake_pages_index(&rig->fake, pfn);

    return at == FAKE_PAGES ? 0 : at;
}

static void put(struct rig *rig, uint32_t at, enum rig_page to)
{
    rig->pages.counts[rig->pages.state[at]]--;
    rig->pages.counts[to]++;
    rig->pages.state[at] = (uint8_t)to;
    rig->pages.told[at] = false;
}

// A page has exactly one state.
static void move(struct rig *rig, struct balloon_run run, enum rig_page from,
                 enum rig_page to)
{
    for (uint32_t i = 0; i < run.pages; i++) {
        const uint32_t at = index_of(rig, run.pfn + i);

        if (rig->pages.state[at] != from) {
            fake_violation("env: page 0x%x is %u and not %u", run.pfn + i,
                           rig->pages.state[at], from);
        }
        put(rig, at, to);
    }
}

static bool wanted(const struct rig *rig, uint32_t at, enum rig_page state,
                   bool untold)
{
    return rig->pages.state[at] == (uint8_t)state &&
           !(untold && rig->pages.told[at]);
}

// Finds a run of such pages, from the top down. False: there is none.
static bool find(struct rig *rig, enum rig_page state, bool untold,
                 uint32_t most, struct balloon_run *run)
{
    uint32_t at = FAKE_PAGES;

    if (rig->pages.meanwhile != NULL) {
        rig->pages.meanwhile(rig);
    }
    most = most < rig->pages.piece ? most : rig->pages.piece;
    while (at > 0 && !wanted(rig, at - 1, state, untold)) {
        at--;
    }
    run->pages = 0;
    while (at > 0 && run->pages < most && wanted(rig, at - 1, state, untold)) {
        at--;
        run->pages++;
    }
    run->pfn = rig->fake.pages.first + at;
    return run->pages != 0;
}

// Checks the device's state of pages that the driver passes on as the guest's
// or the device's; `forgets`: the device has lost its state and is updated.
static void expect(struct rig *rig, struct balloon_run run,
                   enum fake_page state, bool forgets)
{
    struct fake_device *fake = &rig->fake;

    for (uint32_t i = 0; i < run.pages; i++) {
        const uint32_t at = index_of(rig, run.pfn + i);

        if (forgets) {
            fake->pages.in -= fake->pages.state[at] == FAKE_PAGE_IN;
            fake->pages.state[at] = state;
        } else if (fake->pages.state[at] != state) {
            fake_violation("env: the device has page 0x%x as %d, not %d",
                           run.pfn + i, fake->pages.state[at], state);
        }
    }
}

static void rules(void *ctx, const struct balloon_rules *agreed)
{
    struct rig *rig = ctx;

    rig->pages.may_take_back = agreed->may_take_back;
    rig->pages.rules_told++;
}

static void demand(void *ctx, uint32_t pages)
{
    struct rig *rig = ctx;

    rig->pages.demanded = pages;
}

static bool lend(void *ctx, uint32_t most, struct balloon_run *run)
{
    struct rig *rig = ctx;
    const uint32_t free = rig->pages.counts[RIG_FREE];
    const uint32_t spare =
        free > rig->pages.reserve ? free - rig->pages.reserve : 0;

    if (most == 0) {
        fake_violation("env: lend nothing");
    }
    if (!find(rig, RIG_FREE, false, most < spare ? most : spare, run)) {
        return false;
    }
    move(rig, *run, RIG_FREE, RIG_LENDING);
    return true;
}

static void lent(void *ctx, struct balloon_run run)
{
    expect(ctx, run, FAKE_PAGE_IN, false);
    move(ctx, run, RIG_LENDING, RIG_LENT);
}

static bool recall(void *ctx, uint32_t most, struct balloon_run *run)
{
    if (!find(ctx, RIG_LENT, false, most, run)) {
        return false;
    }
    move(ctx, *run, RIG_LENT, RIG_RECALLED);
    return true;
}

static bool holds(struct rig *rig, struct balloon_run run, uint32_t value)
{
    for (uint32_t i = 0; i < run.pages; i++) {
        if (rig->fake.pages.content[index_of(rig, run.pfn + i)] != value) {
            return false;
        }
    }
    return true;
}

// Deflated, or in flight to a device that was reset. 5.5.6.6.1: with
// PAGE_POISON, a page from the balloon holds the value.
static void taken_back(void *ctx, struct balloon_run run)
{
    struct rig *rig = ctx;
    const bool reset = !fake_device_live(&rig->fake);
    const bool lending =
        rig->pages.state[index_of(rig, run.pfn)] == RIG_LENDING;

    if (lending && !reset) {
        fake_violation("env: taken back while it goes");
    }
    if (!reset && rig->env.poison != NULL &&
        !holds(rig, run, *rig->env.poison)) {
        fake_violation("env: page 0x%x came back without poison", run.pfn);
    }
    // At a reset the device's state may include an answer that the driver has
    // not seen; a stopped device has no pages.
    expect(rig, run, FAKE_PAGE_OUT, rig->fake.status == 0 || lending);
    move(rig, run, lending ? RIG_LENDING : RIG_RECALLED, RIG_FREE);
}

static bool report(void *ctx, struct balloon_run *run)
{
    if (!find(ctx, RIG_FREE, true, UINT32_MAX, run)) {
        return false;
    }
    move(ctx, *run, RIG_FREE, RIG_ON_REPORT);
    return true;
}

static void reported(void *ctx, struct balloon_run run, bool told)
{
    struct rig *rig = ctx;

    expect(rig, run, FAKE_PAGE_OUT, rig->fake.status == 0);
    move(rig, run, RIG_ON_REPORT, RIG_FREE);
    for (uint32_t i = 0; told && i < run.pages; i++) {
        rig->pages.told[index_of(rig, run.pfn + i)] = true;
    }
}

static bool hint(void *ctx, struct balloon_run *run)
{
    if (!find(ctx, RIG_FREE, false, UINT32_MAX, run)) {
        return false;
    }
    move(ctx, *run, RIG_FREE, RIG_HINTING);
    return true;
}

static void hinted(void *ctx, struct balloon_run run)
{
    move(ctx, run, RIG_HINTING, RIG_HINTED);
}

static void unhint(void *ctx, struct balloon_run run)
{
    move(ctx, run, RIG_HINTING, RIG_FREE);
}

static uint32_t hints_release(void *ctx)
{
    struct rig *rig = ctx;
    const uint32_t count = rig->pages.counts[RIG_HINTED];

    for (uint32_t at = 0; at < FAKE_PAGES; at++) {
        if (rig->pages.state[at] == RIG_HINTED) {
            put(rig, at, RIG_FREE);
        }
    }
    return count;
}

// The device must not hold these pages in any state.
static void fill(void *ctx, struct balloon_run run, uint32_t value)
{
    struct rig *rig = ctx;

    expect(rig, run, FAKE_PAGE_OUT, rig->fake.status == 0);
    for (uint32_t i = 0; i < run.pages; i++) {
        rig->fake.pages.content[index_of(rig, run.pfn + i)] = value;
    }
}

void rig_pages_env(struct rig *rig)
{
    rig->pages.piece = FAKE_PAGES;
    rig->pages.counts[RIG_FREE] = FAKE_PAGES;
    rig->env.rules = rules;
    rig->env.demand = demand;
    rig->env.lend = lend;
    rig->env.lent = lent;
    rig->env.recall = recall;
    rig->env.taken_back = taken_back;
    rig->env.report = report;
    rig->env.reported = reported;
    rig->env.hint = hint;
    rig->env.hinted = hinted;
    rig->env.unhint = unhint;
    rig->env.hints_release = hints_release;
    rig->env.fill = fill;
}

static uint32_t mark_of(uint32_t at)
{
    return at * 2654435761u | 1u;
}

bool rig_pages_use(struct rig *rig, uint32_t pages)
{
    if (rig->pages.counts[RIG_FREE] < pages) {
        return false;
    }
    for (uint32_t at = 0; pages > 0; at++) {
        if (rig->pages.state[at] == RIG_FREE) {
            expect(rig, (struct balloon_run){rig->fake.pages.first + at, 1},
                   FAKE_PAGE_OUT, rig->fake.status == 0);
            put(rig, at, RIG_USED);
            rig->fake.pages.content[at] = mark_of(at);
            pages--;
        }
    }
    return true;
}

void rig_pages_check(struct rig *rig)
{
    for (uint32_t at = 0; at < FAKE_PAGES; at++) {
        if (rig->pages.state[at] == RIG_USED &&
            (rig->fake.pages.content[at] != mark_of(at) ||
             rig->fake.pages.state[at] != FAKE_PAGE_OUT)) {
            fake_violation("env: page %u in use was lost", at);
        }
    }
}

void rig_pages_unuse(struct rig *rig, uint32_t pages)
{
    for (uint32_t at = 0; at < FAKE_PAGES && pages > 0; at++) {
        if (rig->pages.state[at] == RIG_USED) {
            put(rig, at, RIG_FREE);
            pages--;
        }
    }
}

void rig_offer_hints(struct rig *rig)
{
    rig->fake.offered |= UINT64_C(1) << 3;
    rig->fake.queue_max[3] = rig->fake.queue_max[0];
}

void rig_offer_reports(struct rig *rig)
{
    rig->fake.offered |= UINT64_C(1) << 5;
    rig->fake.queue_max[4] = rig->fake.queue_max[0];
}

void rig_offer_poison(struct rig *rig, uint32_t value)
{
    rig->pages.poison = value;
    rig->env.poison = &rig->pages.poison;
}

void rig_settle(struct rig *rig)
{
    for (unsigned i = 0; i < SETTLE_TURNS_MAX; i++) {
        if (!fake_device_line(&rig->fake) && rig->fake.messages_sent == 0) {
            return;
        }
        if (rig_wake(rig) != OK) {
            fake_violation("settle: the driver gave up");
            return;
        }
    }
    fake_violation("settle: interrupts without end");
}
