// SPDX-License-Identifier: MIT
// The guest's panic() for tests: an expected panic returns its message to the
// test, any other one fails the test.
// Limits: include it in one file of a program; base/panic.c is not linked.
#ifndef UNIT_GUEST_PANIC_H
#define UNIT_GUEST_PANIC_H

#include "base/panic.h"
#include "unit/checks.h"

static jmp_buf panic_way_back;
static bool panic_expected;
static const char *panic_message;

_Noreturn void panic(const char *message)
{
    panic_message = message;
    if (panic_expected) {
        longjmp(panic_way_back, 1);
    }
    fail_msg("panic: %s", message);
    __builtin_unreachable();
}

// The message of the panic in action(context); NULL if it returns.
static inline const char *panic_of(void (*action)(void *), void *context)
{
    panic_message = NULL;
    panic_expected = true;
    if (setjmp(panic_way_back) == 0) {
        action(context);
    }
    panic_expected = false;
    return panic_message;
}

#endif
