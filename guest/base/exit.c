// SPDX-License-Identifier: MIT
// The machine's end, by the function that the platform sets.
#include "base/exit.h"

#include "base/print.h"

#include <stddef.h>

static exit_function *exit_handler;

void exit_by(exit_function *handler)
{
    exit_handler = handler;
}

_Noreturn void machine_exit(enum verdict verdict)
{
    print_release();
    for (;;) {
        if (exit_handler != NULL) {
            exit_handler(verdict);
        }
    }
}
