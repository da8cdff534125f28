// SPDX-License-Identifier: MIT
// Memory that the workload holds on command: allocated, filled with a pattern
// that identifies each page, verified, freed.
#ifndef APP_HOLDING_H
#define APP_HOLDING_H

#include "app/orders.h"

// Executes the order and writes one line with its result.
void holding_run(const struct order *order);

// Executes the words of a typed line in turn. Stops at the first invalid word
// with an error line.
void holding_run_line(const char *line);

#endif
