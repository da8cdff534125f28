// SPDX-License-Identifier: MIT
// The exit port, and a stopped CPU where there is none.
#include "platform/exit.h"

#include "arch/x86_64/cpu.h"
#include "base/ending.h"

static void end(enum verdict verdict)
{
    outb(EXIT_PORT, (uint8_t)verdict);
    cpu_stop();
}

void exit_start(void)
{
    ending_by(end);
}
