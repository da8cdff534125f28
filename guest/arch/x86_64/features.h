// SPDX-License-Identifier: MIT
// Optional CPU features. Required ones are listed in boot/cpu_needs.S and
// checked by the entry. Intel SDM volume 2, CPUID.
#ifndef ARCH_FEATURES_H
#define ARCH_FEATURES_H

#include "base/types.h"

// Enables pages that forbid execution (EFER.NXE). False: the CPU has none
// (CPUID's NX); then the bit is reserved and must stay 0 in every entry.
bool features_forbid_execution(void);

#endif
