// SPDX-License-Identifier: MIT
// The command line, word by word. Pure. The one table of words stands in
// cmdline.c; docs/guest.md shows it.
#ifndef PLATFORM_CMDLINE_H
#define PLATFORM_CMDLINE_H

#include "base/error.h"
#include "base/types.h"
#include "platform/orders.h"

// What to trap on after the first sample, on purpose.
enum fault_kind {
    FAULT_NONE = 0,
    FAULT_UD,         // an undefined instruction
    FAULT_NULL_READ,  // a load from address 0
    FAULT_TEXT_WRITE, // a store to code
    FAULT_DATA_EXEC,  // a jump to data
    FAULT_STACK,      // recursion without end
    FAULT_DIVIDE,     // a division by zero
    FAULT_PANIC,      // no trap: a panic
};

// How to break the rules for a driver; docs/guest.md says what each does.
enum behave_kind {
    BEHAVE_BY_THE_BOOK = 0,
    BEHAVE_NO_PRIME,
    BEHAVE_PRIME_SHORT,
    BEHAVE_UNKNOWN_TAGS,
    BEHAVE_ZERO_LENGTH,
    BEHAVE_ENTRY16,
    BEHAVE_DUPLICATE,
    BEHAVE_REVERSED,
    BEHAVE_SPLIT,
    BEHAVE_INDIRECT,
    BEHAVE_SUBSET,
    BEHAVE_SKIP_ONE,
    BEHAVE_SKIP_ALL,
    BEHAVE_ALTERNATE,
    BEHAVE_FALLING,
    BEHAVE_PATTERN,
    BEHAVE_LATE,
    BEHAVE_SILENT,
    BEHAVE_TWO_BUFFERS,
    BEHAVE_BAD_ACTUAL,
    BEHAVE_NO_KICK,
    BEHAVE_NO_STATS_VQ,
    BEHAVE_NO_DRIVER,
    BEHAVE_RESET_HOLDING,
    BEHAVE_PANIC,
    BEHAVE_KINDS
};

#define CMDLINE_SLOTS_MAX 32
#define CMDLINE_ORDERS_MAX 16

// A virtio-mmio slot that the machine names on the command line, as
// `virtio_mmio.device=SIZE@BASE:IRQ[:ID]`: microvm does so without ACPI.
struct cmdline_slot {
    paddr base;
    uint32_t bytes;
    uint32_t gsi;
};

struct cmdline {
    uint64_t samples; // end after this many were answered; 0: never
    uint64_t touch;   // pages that the workload touches before each sample
    uint64_t lines;   // samples, from the first, that COM1 hears of
    bool has_poison;
    uint32_t poison; // what pages hold that come back from the device
    enum fault_kind fault;
    enum behave_kind behave;
    uint64_t behave_number; // sample number or value; 0 where none belongs
    struct cmdline_slot slots[CMDLINE_SLOTS_MAX];
    uint32_t slot_count;
    struct order orders[CMDLINE_ORDERS_MAX]; // for the workload, in order
    uint32_t order_count;
};

// The word that could not be taken, and why.
struct cmdline_problem {
    const char *what;
    char word[64]; // cut to fit
};

// The word for a behaviour, and whether a number belongs to it.
const char *behave_word(enum behave_kind kind);
bool behave_has_number(enum behave_kind kind);

// Parses blank-separated words. ERR_INVALID: an unknown word, a value that is
// missing or no number. ERR_RANGE: a number too large. ERR_FULL: more slots
// or orders than are kept. Later words win over earlier ones; slots and orders
// add up.
MUST_USE enum error cmdline_parse(const char *text, struct cmdline *cmdline,
                                  struct cmdline_problem *problem);

#endif
