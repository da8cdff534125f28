// SPDX-License-Identifier: MIT
// The state of each page, checked at every step on both sides.
#include "fakes/pages_rig.h"

#include "fakes/balloon_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "mm/balloon.h"

#define SETTLE_TURNS_MAX 100000u

static struct rig *the_rig;

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
    rig->pages.reported[at] = false;
}

// A page has exactly one state.
static void move(struct rig *rig, struct page_run run, enum rig_page from,
                 enum rig_page to)
{
    for (uint32_t i = 0; i < run.count; i++) {
        const uint32_t at = index_of(rig, run.first + i);

        if (rig->pages.state[at] != from) {
            fake_violation("mm: page 0x%x is %u and not %u", run.first + i,
                           rig->pages.state[at], from);
        }
        put(rig, at, to);
    }
}

static bool wanted(const struct rig *rig, uint32_t at, enum rig_page state,
                   bool unreported)
{
    return rig->pages.state[at] == (uint8_t)state &&
           !(unreported && rig->pages.reported[at]);
}

// Finds a run of such pages, from the top down. False: there is none.
static bool find(struct rig *rig, enum rig_page state, bool unreported,
                 uint32_t most, struct page_run *run)
{
    uint32_t at = FAKE_PAGES;

    if (rig->pages.meanwhile != NULL) {
        rig->pages.meanwhile(rig);
    }
    most = most < rig->pages.piece ? most : rig->pages.piece;
    while (at > 0 && !wanted(rig, at - 1, state, unreported)) {
        at--;
    }
    run->count = 0;
    while (at > 0 && run->count < most &&
           wanted(rig, at - 1, state, unreported)) {
        at--;
        run->count++;
    }
    run->first = rig->fake.pages.first + at;
    return run->count != 0;
}

// Checks the device's state of pages that the driver passes on as the guest's
// or the device's; `forgets`: the device has lost its state and is updated.
static void expect(struct rig *rig, struct page_run run, enum fake_page state,
                   bool forgets)
{
    struct fake_device *fake = &rig->fake;

    for (uint32_t i = 0; i < run.count; i++) {
        const uint32_t at = index_of(rig, run.first + i);

        if (forgets) {
            fake->pages.ballooned -=
                fake->pages.state[at] == FAKE_PAGE_BALLOONED;
            fake->pages.state[at] = state;
        } else if (fake->pages.state[at] != state) {
            fake_violation("mm: the device has page 0x%x as %d, not %d",
                           run.first + i, fake->pages.state[at], state);
        }
    }
}

void mm_deflate_on_oom(bool can)
{
    the_rig->pages.deflate_on_oom = can;
}

void mm_inflate_demand(uint64_t pages)
{
    the_rig->pages.demanded = (uint32_t)pages;
}

bool mm_inflate_pick(uint64_t most, struct page_run *run)
{
    struct rig *rig = the_rig;
    const uint32_t free = rig->pages.counts[RIG_FREE];
    const uint32_t spare =
        free > rig->pages.reserve ? free - rig->pages.reserve : 0;

    if (most == 0) {
        fake_violation("mm: no page to inflate");
    }
    if (!find(rig, RIG_FREE, false, most < spare ? (uint32_t)most : spare,
              run)) {
        return false;
    }
    move(rig, *run, RIG_FREE, RIG_INFLATING);
    return true;
}

void mm_inflate_done(struct page_run run)
{
    expect(the_rig, run, FAKE_PAGE_BALLOONED, false);
    move(the_rig, run, RIG_INFLATING, RIG_BALLOONED);
}

// In flight to a device that was reset. The device's state may include an
// answer that the driver has not seen.
void mm_inflate_cancel(struct page_run run)
{
    if (fake_device_live(&the_rig->fake)) {
        fake_violation("mm: an inflation cancelled while the device has it");
    }
    expect(the_rig, run, FAKE_PAGE_GUEST, true);
    move(the_rig, run, RIG_INFLATING, RIG_FREE);
}

bool mm_deflate_pick(uint64_t most, struct page_run *run)
{
    if (!find(the_rig, RIG_BALLOONED, false, (uint32_t)most, run)) {
        return false;
    }
    move(the_rig, *run, RIG_BALLOONED, RIG_DEFLATING);
    return true;
}

bool mm_more_will_come(void)
{
    return the_rig->pages.more_will_come;
}

static bool holds(struct rig *rig, struct page_run run, uint32_t value)
{
    for (uint32_t i = 0; i < run.count; i++) {
        if (rig->fake.pages.content[index_of(rig, run.first + i)] != value) {
            return false;
        }
    }
    return true;
}

// 5.5.6.6.1: with PAGE_POISON, a page from the balloon holds the value. A
// device that was reset may have forgotten the page; a stopped one has none.
void mm_deflate_done(struct page_run run)
{
    struct rig *rig = the_rig;

    if (fake_device_live(&rig->fake) && rig->env.poison != NULL &&
        !holds(rig, run, *rig->env.poison)) {
        fake_violation("mm: page 0x%x came back without poison", run.first);
    }
    expect(rig, run, FAKE_PAGE_GUEST, rig->fake.status == 0);
    move(rig, run, RIG_DEFLATING, RIG_FREE);
}

bool mm_report_pick(struct page_run *run)
{
    if (!find(the_rig, RIG_FREE, true, UINT32_MAX, run)) {
        return false;
    }
    move(the_rig, *run, RIG_FREE, RIG_REPORTING);
    return true;
}

void mm_report_done(struct page_run run, bool acknowledged)
{
    struct rig *rig = the_rig;

    expect(rig, run, FAKE_PAGE_GUEST, rig->fake.status == 0);
    move(rig, run, RIG_REPORTING, RIG_FREE);
    for (uint32_t i = 0; acknowledged && i < run.count; i++) {
        rig->pages.reported[index_of(rig, run.first + i)] = true;
    }
}

bool mm_hint_pick(struct page_run *run)
{
    if (!find(the_rig, RIG_FREE, false, UINT32_MAX, run)) {
        return false;
    }
    move(the_rig, *run, RIG_FREE, RIG_HINTING);
    return true;
}

void mm_hint_done(struct page_run run)
{
    move(the_rig, run, RIG_HINTING, RIG_HINTED);
}

void mm_hint_cancel(struct page_run run)
{
    move(the_rig, run, RIG_HINTING, RIG_FREE);
}

uint64_t mm_hint_release_all(void)
{
    const uint32_t count = the_rig->pages.counts[RIG_HINTED];

    for (uint32_t at = 0; at < FAKE_PAGES; at++) {
        if (the_rig->pages.state[at] == RIG_HINTED) {
            put(the_rig, at, RIG_FREE);
        }
    }
    return count;
}

// The device must not hold these pages in any state.
void mm_fill(struct page_run run, uint32_t value)
{
    struct rig *rig = the_rig;

    expect(rig, run, FAKE_PAGE_GUEST, rig->fake.status == 0);
    for (uint32_t i = 0; i < run.count; i++) {
        rig->fake.pages.content[index_of(rig, run.first + i)] = value;
    }
}

void rig_pages_start(struct rig *rig)
{
    rig->pages.piece = FAKE_PAGES;
    rig->pages.counts[RIG_FREE] = FAKE_PAGES;
    the_rig = rig;
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
            expect(rig, (struct page_run){rig->fake.pages.first + at, 1},
                   FAKE_PAGE_GUEST, rig->fake.status == 0);
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
             rig->fake.pages.state[at] != FAKE_PAGE_GUEST)) {
            fake_violation("mm: page %u in use was lost", at);
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
