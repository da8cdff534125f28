// SPDX-License-Identifier: MIT
// Orders, executed in steps, so that samples are taken between two steps of a
// long order. docs/memory.md, "Orders", has the words and the answers.
#ifndef APP_WORK_H
#define APP_WORK_H

#include "app/orders.h"

// What orders ask of others.
struct work_env {
    void (*start_disks)(void);
    void (*log_statistics)(void); // the answer of `count`
};

// Orders of the command line come first.
void work_start(const struct work_env *new_env, const struct order *orders,
                uint32_t count);

// The words of a typed line come next. Called while no work is due.
void work_take_line(const char *text);

// Whether a step is to be done.
bool work_is_due(void);

// One step: at most `pace` touches of one order. Nothing, if none is due.
void work_step(void);

// The order that runs ends at its next step, and its line with it.
void work_stop(void);

// Whether an order has begun and is not answered yet; its number, and the
// touches done.
bool work_is_under_way(uint64_t *number, uint64_t *done);

#endif
