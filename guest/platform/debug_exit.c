// SPDX-License-Identifier: MIT
// Ends the machine by the exit port; without that device, stops the CPU, or
// switches the machine off if the power button was pressed.
#include "platform/debug_exit.h"

#include "arch/x86_64/cpu.h"
#include "base/exit.h"
#include "platform/power.h"

// The device reads 0; an absent device reads all ones. The write alone is no
// proof: QEMU (since 8.1) ends from another thread, and the CPU runs on.
static bool has_exit_device(void)
{
    return inb(EXIT_PORT) == 0;
}

static void exit_with(enum verdict verdict)
{
    outb(EXIT_PORT, (uint8_t)verdict);
    if (verdict == VERDICT_BUTTON && !has_exit_device()) {
        power_off();
    }
    cpu_stop();
}

void debug_exit_start(void)
{
    exit_by(exit_with);
}
