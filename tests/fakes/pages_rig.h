// SPDX-License-Identifier: MIT
// The guest's memory behind the balloon driver's environment: the state of each
// page, and what the driver may do with it then. Host tests only.
#ifndef FAKES_PAGES_RIG_H
#define FAKES_PAGES_RIG_H

#include "drivers/balloon/env.h"
#include "fakes/fake_pages.h"

enum rig_page {
    RIG_FREE = 0,
    RIG_USED, // by the workload
    RIG_LENDING,
    RIG_LENT,
    RIG_RECALLED,
    RIG_ON_REPORT,
    RIG_HINTING,
    RIG_HINTED,
    RIG_KINDS
};

struct rig_pages {
    uint32_t reserve; // pages that are never inflated
    uint32_t piece;   // maximum of pages in one run
    // Called when pages are to be chosen, to inject events at that moment.
    void (*meanwhile)(void *ctx);

    bool may_take_back;
    unsigned rules_told;
    uint32_t demanded;
    uint32_t counts[RIG_KINDS];
    uint8_t state[FAKE_PAGES];
    bool told[FAKE_PAGES]; // free, and reported
    uint32_t poison;
};

struct rig;

// Fills in the env's members about pages; the env's ctx is the rig.
void rig_pages_env(struct rig *rig);

// The workload takes free pages and fills them; checks that they still hold its
// value. False: too few free pages.
bool rig_pages_use(struct rig *rig, uint32_t pages);
void rig_pages_check(struct rig *rig);
void rig_pages_unuse(struct rig *rig, uint32_t pages);

// Offers FREE_PAGE_HINT, PAGE_REPORTING, with their queues.
void rig_offer_hints(struct rig *rig);
void rig_offer_reports(struct rig *rig);
// Offers PAGE_POISON, and gives the driver a value.
void rig_offer_poison(struct rig *rig, uint32_t value);

// Lets the driver serve while interrupts are pending, and no longer.
void rig_settle(struct rig *rig);

#endif
