// SPDX-License-Identifier: MIT
// The counters' place: zero at the boot, as a zero is true then.
#include "vm/counters.h"

struct vm_counters vm_counters;
