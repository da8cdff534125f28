// SPDX-License-Identifier: MIT
// What a CPU may be without and the guest can do without. What it can't is in
// boot/cpu_needs.S, and was asked for by the entry. Intel SDM volume 2, CPUID.
#ifndef ARCH_FEATURES_H
#define ARCH_FEATURES_H

#include "base/types.h"

// Pages may forbid execution from here on (EFER.NXE). False: this CPU has no
// such pages (CPUID's NX), and entries must not ask for them.
bool features_forbid_execution(void);

#endif
