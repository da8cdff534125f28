// SPDX-License-Identifier: MIT
// Memory that the workload holds because it was told to: allocated, filled
// with a pattern that says whose page it is, verified, freed.
#ifndef APP_HOLDING_H
#define APP_HOLDING_H

#include "platform/orders.h"

// Does it and writes down what came of it, in one line.
void holding_run(const struct order *order);

// Each word of a line that was typed, in turn; stops at the first that is no
// order, and says why.
void holding_run_line(const char *line);

#endif
