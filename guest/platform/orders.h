// SPDX-License-Identifier: MIT
// What the workload can be told to do: the same words on the command line and
// on COM1. Pure. docs/guest.md shows them.
#ifndef PLATFORM_ORDERS_H
#define PLATFORM_ORDERS_H

#include "base/error.h"
#include "base/span.h"
#include "base/types.h"

enum order_kind {
    ORDER_ALLOC = 0, // alloc=SIZE: so many bytes more
    ORDER_FILL,      // fill=SEED: writes the seed's pattern into all of them
    ORDER_VERIFY,    // verify: reads it back
    ORDER_FREE,      // free=SIZE, the newest bytes first; free: all
    ORDER_HELP,      // help: says the words
    ORDER_END,       // end: ends the machine
    ORDER_KINDS
};

struct order {
    enum order_kind kind;
    uint64_t number; // bytes or seed
};

// One word. ERR_EMPTY: it is no order's. Otherwise *what says what is wrong
// with its value.
MUST_USE enum error order_parse(struct span word, struct order *order,
                                const char **what);

// How the words are written, for help.
const char *order_usage(void);

#endif
