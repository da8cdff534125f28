// SPDX-License-Identifier: MIT
// The workload: uses memory so that the statistics have something to say.
#ifndef APP_WORKLOAD_H
#define APP_WORKLOAD_H

#include "base/types.h"

// Touches so many fresh pages, for the first time each. After WORKLOAD_PAGES,
// or when memory is short, gives all of them back first and starts again, so
// free memory falls and recovers.
void workload_touch(uint64_t pages);

#define WORKLOAD_PAGES 64

#endif
