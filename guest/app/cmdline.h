// SPDX-License-Identifier: MIT
// Parses the command line. Pure. The one table of words is in cmdline.c;
// docs/guest.md documents it.
#ifndef APP_CMDLINE_H
#define APP_CMDLINE_H

#include "app/fault.h"
#include "app/misbehave.h"
#include "app/orders.h"
#include "base/error.h"
#include "base/types.h"
#include "platform/machine_slot.h"

#define CMDLINE_ORDERS_MAX 16

struct cmdline {
    uint64_t samples; // end after this many were sent; 0: never
    uint64_t touch;   // pages that the workload touches before each sample
    uint64_t lines;   // number of samples with lines on COM1, from the first
    uint32_t stats;   // the statistics that are sent, bit number = tag
    bool has_poison;
    uint32_t poison; // PAGE_POISON: contents of deflated and reported pages
    enum fault_kind fault;
    struct misbehave misbehave;
    // Slots named by `virtio_mmio.device=`; QEMU's microvm without ACPI adds
    // these words.
    struct machine_slot slots[MACHINE_SLOTS_MAX];
    uint32_t slot_count;
    struct order orders[CMDLINE_ORDERS_MAX]; // for the workload, in order
    uint32_t order_count;
};

// The rejected word, and the reason.
struct cmdline_problem {
    const char *what;
    char word[64]; // cut to fit
};

// Parses blank-separated words. A later word replaces an earlier one of the
// same name; slots and orders add up. ERR_INVALID: an unknown word, a value
// that is missing or not valid, or a misbehaviour for which the statistics are
// too few. ERR_RANGE: a number too large. ERR_FULL: more slots or orders than
// fit.
MUST_USE enum error cmdline_parse(const char *text, struct cmdline *cmdline,
                                  struct cmdline_problem *problem);

#endif
