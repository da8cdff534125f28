// SPDX-License-Identifier: MIT
// The guest's memory as the balloon driver sees it: the functions of
// mm/balloon.h, the state of each page, and what the driver may do with it
// then. Host tests only.
#ifndef FAKES_PAGES_RIG_H
#define FAKES_PAGES_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "fakes/fake_pages.h"

enum rig_page {
    RIG_FREE = 0,
    RIG_USED, // by the workload
    RIG_INFLATING,
    RIG_BALLOONED,
    RIG_DEFLATING,
    RIG_REPORTING,
    RIG_HINTING,
    RIG_HINTED,
    RIG_KINDS
};

struct rig_pages {
    uint32_t reserve; // pages that are never inflated
    uint32_t piece;   // maximum of pages in one run
    // Called when pages are to be chosen, to inject events at that moment.
    void (*meanwhile)(void *ctx);

    bool more_will_come; // reclaim is due
    bool deflate_on_oom;
    uint32_t demanded;
    uint32_t counts[RIG_KINDS];
    uint8_t state[FAKE_PAGES];
    bool reported[FAKE_PAGES]; // and free
    uint32_t poison;
};

struct rig;

// All pages are free; the functions of mm/balloon.h work on this rig from now
// on.
void rig_pages_start(struct rig *rig);

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
