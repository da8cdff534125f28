// SPDX-License-Identifier: MIT
// The PC's old interrupt sources, which this guest does without: silenced, so
// that nothing wakes the CPU but what was connected.
// 8259A and 8254 data sheets.
#ifndef PLATFORM_LEGACY_H
#define PLATFORM_LEGACY_H

#include "arch/x86_64/trap.h"

// PICs masked, with their vectors out of the CPU's way; the timer stopped.
// `spurious` is called for an interrupt that vanished before it was taken.
void legacy_silence(trap_handler *spurious);

#endif
