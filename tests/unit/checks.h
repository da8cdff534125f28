// SPDX-License-Identifier: MIT
// cmocka with the headers that it requires first, and a few more checks.
// Limits: for the thread that runs the tests; a failed check leaves the test.
#ifndef UNIT_CHECKS_H
#define UNIT_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// `needle` occurs in `text`; a failure shows both.
static inline void check_contains(const char *text, const char *needle)
{
    if (!strstr(text, needle)) {
        fail_msg("no \"%s\" in \"%s\"", needle, text);
    }
}

// A fixed sequence of pseudo-random numbers (xorshift64*), so that a failure is
// reproduced when the test runs again. The seed must not be 0.
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717ull;
}

#endif
