// SPDX-License-Identifier: MIT
// Disables the PC's PICs and timer, which this guest does not use, so that
// only connected sources wake the CPU. 8259A and 8254 data sheets.
#ifndef PLATFORM_PIC_PIT_H
#define PLATFORM_PIC_PIT_H

#include "arch/x86_64/trap.h"

// Masks the PICs, moves their vectors away from the CPU's exceptions, stops
// the timer. `spurious` is called for a PIC's spurious interrupt.
void pic_pit_disable(trap_handler *spurious);

#endif
