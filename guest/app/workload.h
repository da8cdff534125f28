// SPDX-License-Identifier: MIT
// Pages touched before each sample, so that the statistics change by
// themselves.
#ifndef APP_WORKLOAD_H
#define APP_WORKLOAD_H

#include "base/types.h"

// Touches `pages` pages, each for the first time. At WORKLOAD_PAGES mapped
// pages it frees all of them first, so free memory falls and recovers. When
// memory is short it frees them and returns.
void workload_touch(uint64_t pages);

#define WORKLOAD_PAGES 64

#endif
