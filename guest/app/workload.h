// SPDX-License-Identifier: MIT
// The workload: uses memory, so that the statistics change. It touches new
// pages before each sample, and holds memory on order: allocated, filled with a
// pattern that identifies each page, verified, freed.
#ifndef APP_WORKLOAD_H
#define APP_WORKLOAD_H

#include "app/orders.h"

// Touches `pages` pages, each for the first time. At WORKLOAD_PAGES mapped
// pages it frees all of them first, so free memory falls and recovers. When
// memory is short it frees them and returns.
void workload_touch(uint64_t pages);

#define WORKLOAD_PAGES 64

// Executes the order and writes one line with its result.
void workload_run(const struct order *order);

// Executes the words of a typed line in turn. Stops at the first invalid word
// with an error line.
void workload_run_line(const char *line);

#endif
