// SPDX-License-Identifier: MIT
// Orders for the workload: the same words on the command line and on COM1.
// Pure. docs/guest.md documents them.
#ifndef APP_ORDERS_H
#define APP_ORDERS_H

#include "base/error.h"
#include "base/slice.h"
#include "base/types.h"

enum order_kind {
    ORDER_ALLOC = 0, // alloc=SIZE: hold SIZE bytes more
    ORDER_FILL,      // fill=SEED: write the seed's pattern into all held bytes
    ORDER_VERIFY,    // verify: read the pattern back
    ORDER_FREE,      // free=SIZE: free the newest bytes first; free: all
    ORDER_HELP,      // help: list the words
    ORDER_END,       // end: end the machine
    ORDER_KINDS
};

struct order {
    enum order_kind kind;
    uint64_t number; // bytes or seed; UINT64_MAX: no value given
};

// Parses one word. ERR_EMPTY: it is not an order. Other errors: its value is
// wrong. *what names the reason.
MUST_USE enum error order_parse(struct slice word, struct order *order,
                                const char **what);

// The syntax of all words, for help.
const char *order_usage(void);

#endif
