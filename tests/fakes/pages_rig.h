// SPDX-License-Identifier: MIT
// The guest's memory behind the balloon driver's environment: where each page
// is, and what the driver may do with it there. Host tests only.
#ifndef FAKES_PAGES_RIG_H
#define FAKES_PAGES_RIG_H

#include "drivers/balloon_env.h"
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
    uint32_t reserve; // pages that are not lent
    uint32_t piece;   // pages in one run at most
    // Called when pages are to be chosen, for what may happen just then.
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

// Fills in the env's part about pages; the env's ctx is the rig.
void rig_pages_env(struct rig *rig);

// The workload takes free pages and writes into them, and looks whether they
// still hold it; false: not so many are free.
bool rig_pages_use(struct rig *rig, uint32_t pages);
void rig_pages_check(struct rig *rig);
void rig_pages_unuse(struct rig *rig, uint32_t pages);

// Offers FREE_PAGE_HINT, PAGE_REPORTING, with their queues.
void rig_offer_hints(struct rig *rig);
void rig_offer_reports(struct rig *rig);
// Offers PAGE_POISON, and lets the driver have a value.
void rig_offer_poison(struct rig *rig, uint32_t value);

// Lets the driver serve for as long as there are interrupts, and no longer.
void rig_settle(struct rig *rig);

#endif
