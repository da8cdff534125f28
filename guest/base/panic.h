// SPDX-License-Identifier: MIT
// The end of the line: for our own mistakes, never for a peer's.
#ifndef BASE_PANIC_H
#define BASE_PANIC_H

// Writes the message and a trace, without heap, then ends the
// machine with the verdict "panic". Does not return.
_Noreturn void panic(const char *message);

// The condition has no effects; it is checked in every build.
static inline void assert_that(int condition, const char *message)
{
    if (!condition) {
        panic(message);
    }
}

#endif
