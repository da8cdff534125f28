// SPDX-License-Identifier: MIT
// Panic: for bugs of the guest, never for errors of the device or the host.
#ifndef BASE_PANIC_H
#define BASE_PANIC_H

// Writes the message and a backtrace, then ends the machine with VERDICT_PANIC.
// Allocates nothing.
_Noreturn void panic(const char *message);

// The condition must have no side effects; it is checked in every build.
static inline void assert_that(int condition, const char *message)
{
    if (!condition) {
        panic(message);
    }
}

#endif
