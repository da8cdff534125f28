// SPDX-License-Identifier: MIT
// The words of orders. docs/memory.md, "Orders". Pure.
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include <stdbool.h>
#include <stdint.h>

enum order_kind {
    ORDER_TASK,
    ORDER_MAP,
    ORDER_UNMAP,
    ORDER_WRITE,
    ORDER_READ,
    ORDER_WALK,
    ORDER_LOAD,
    ORDER_DROP,
    ORDER_HUGE,
    ORDER_PACE,
    ORDER_DISKS,
    ORDER_SWAPON,
    ORDER_SWAPOFF,
    ORDER_ALLOC,
    ORDER_FILL,
    ORDER_VERIFY,
    ORDER_FREE,
    ORDER_COUNT,
    ORDER_FRAMES,
    ORDER_KINDS,
};

struct order {
    enum order_kind kind;
    uint64_t number; // N, SIZE in bytes (UINT64_MAX: `free` without one), S of
                     // `fill`
    uint64_t page;   // P
    uint64_t seed;   // S
};

// False: the word can't be read, so it is no order.
bool order_read(const char *word, struct order *order);

const char *order_name(enum order_kind kind);

#endif
