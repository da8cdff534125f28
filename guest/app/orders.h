// SPDX-License-Identifier: MIT
// Orders: the same words on the command line and on COM1. Pure. docs/memory.md
// has what they do, docs/guest.md how to give them.
#ifndef APP_ORDERS_H
#define APP_ORDERS_H

#include "base/error.h"
#include "base/slice.h"
#include "base/types.h"

enum order_kind {
    // Held memory.
    ORDER_ALLOC = 0,
    ORDER_FILL,
    ORDER_VERIFY,
    ORDER_FREE,
    // Tasks and the file.
    ORDER_TASK,
    ORDER_MAP,
    ORDER_UNMAP,
    ORDER_WRITE,
    ORDER_READ,
    ORDER_WALK,
    ORDER_LOAD,
    ORDER_DROP,
    // The rest of memory, and the guest.
    ORDER_HUGE,
    ORDER_PACE,
    ORDER_DISKS,
    ORDER_SWAPON,
    ORDER_SWAPOFF,
    ORDER_COUNT,
    ORDER_FRAMES,
    ORDER_HELP,
    ORDER_END,
    ORDER_KINDS
};

struct order {
    enum order_kind kind;
    uint64_t number; // bytes, pages, a seed, ...; UINT64_MAX: no value given
    uint64_t page;   // @P, 0 without
    uint64_t seed;   // :S, 0 without
};

// Parses one word. ERR_EMPTY: it is not an order. Other errors: its value is
// wrong. *what names the reason.
MUST_USE enum error order_parse(struct slice word, struct order *order,
                                const char **what);

const char *order_name(enum order_kind kind);

// The syntax of all words, for help.
const char *order_usage(void);

#endif
