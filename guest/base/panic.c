// SPDX-License-Identifier: MIT
// A line, a backtrace, and the machine's end.
#include "base/panic.h"

#include "base/backtrace.h"
#include "base/exit.h"
#include "base/log.h"
#include "base/print.h"

_Noreturn void panic(const char *message)
{
    static bool panicking;

    if (panicking) { // the backtrace itself failed
        machine_exit(VERDICT_PANIC);
    }
    panicking = true;
    print_release();
    log_line("panic what=\"%s\"", message);
    backtrace_print((uintptr_t)__builtin_frame_address(0));
    machine_exit(VERDICT_PANIC);
}
