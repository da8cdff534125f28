// SPDX-License-Identifier: MIT
// Parsing of typed sizes and durations, exact. Pure.
// IEC 80000-13 for the prefixes. Limits: 64 bits; no exponents, no signs, no
// blanks.
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum units_result {
    UNITS_OK,
    UNITS_NO_NUMBER, // neither digits nor digits with a point between them
    UNITS_NO_UNIT,   // the text after the number is no unit
    UNITS_FRACTION,  // a fraction of the smallest unit
    UNITS_OVERFLOW,  // 2^64 or more
};

struct units_size {
    uint64_t bytes;
    bool bare;    // no unit was typed
    bool decimal; // the unit is a power of 1000
};

// A number, perhaps with a fraction, and a unit in upper or lower case: K, M,
// G, T, P, E, also written KiB or Ki, are powers of 1024; KB, MB, ... are
// powers of 1000; B or no unit means bytes. "512m", "64MiB", "512MB", "0.5G",
// "4096". The result is rounded down to whole bytes. *size is set for UNITS_OK
// only.
enum units_result units_size(const char *text, struct units_size *size);

// A number, perhaps with a fraction, and ms, s, m (minutes) or h; no unit means
// seconds. "500ms", "2s", "0.5", "5m". The result is rounded down to whole
// milliseconds. *milliseconds is set for UNITS_OK only.
enum units_result units_duration(const char *text, uint64_t *milliseconds);

// The exact size with the largest unit that gives a whole number, in a form
// that QEMU reads too: "64M", "1025K", "3B".
void units_exact(char *out, size_t size, uint64_t bytes);

// The error, to be printed after the typed text: "has no number". NULL for
// UNITS_OK.
const char *units_reason(enum units_result result);

#endif
