// SPDX-License-Identifier: MIT
// cmocka with the headers that it wants first, and the few checks it lacks.
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

// `needle` stands somewhere in `text`; the failure shows both.
static inline void check_contains(const char *text, const char *needle)
{
    if (!strstr(text, needle)) {
        fail_msg("no \"%s\" in \"%s\"", needle, text);
    }
}

// A fixed sequence of numbers that look random (xorshift64*), so that a
// failure comes back when the test is run again. The seed must not be 0.
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717ull;
}

#endif
