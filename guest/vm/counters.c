// SPDX-License-Identifier: MIT
// The counters.
#include "vm/counters.h"

struct vm_counters vm_counters;
