// SPDX-License-Identifier: MIT
// The exit port; where there is none, a stopped CPU, or soft off if that is
// what the button asked for.
#include "platform/exit.h"

#include "arch/x86_64/cpu.h"
#include "base/ending.h"
#include "platform/power.h"

// The device reads 0, no device all ones. That the CPU goes on after the write
// says nothing: QEMU ends in a thread of its own (since 8.1).
static bool has_exit_device(void)
{
    return inb(EXIT_PORT) == 0;
}

static void end(enum verdict verdict)
{
    outb(EXIT_PORT, (uint8_t)verdict);
    if (verdict == VERDICT_BUTTON && !has_exit_device()) {
        power_off();
    }
    cpu_stop();
}

void exit_start(void)
{
    ending_by(end);
}
