// SPDX-License-Identifier: MIT
// Panic, and the machine's end in general.
#include "base/panic.h"

#include "base/backtrace.h"
#include "base/print.h"
#include "base/exit.h"
#include "base/log.h"

static exit_function *the_end;

void exit_by(exit_function *end)
{
    the_end = end;
}

_Noreturn void machine_exit(enum verdict verdict)
{
    print_release();
    for (;;) {
        if (the_end) {
            the_end(verdict);
        }
    }
}

_Noreturn void panic(const char *message)
{
    static bool panicking;

    if (panicking) { // the trace itself failed
        machine_exit(VERDICT_PANIC);
    }
    panicking = true;
    print_release();
    log_line("panic what=\"%s\"", message);
    backtrace_print((uintptr_t)__builtin_frame_address(0));
    machine_exit(VERDICT_PANIC);
}
