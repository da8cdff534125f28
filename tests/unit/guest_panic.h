// SPDX-License-Identifier: MIT
// The guest's panic() for tests: a panic that is expected comes back as its
// message, any other one fails the test.
// Limits: include it in one file of a program; base/panic.c stays unlinked.
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

// What action(context) says in its panic; NULL if it comes back.
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
