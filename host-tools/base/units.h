// SPDX-License-Identifier: MIT
// Sizes and durations as people type them, read exactly. Pure.
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
    UNITS_NO_UNIT,   // the text behind the number is no unit
    UNITS_FRACTION,  // a fraction of the smallest unit
    UNITS_OVERFLOW,  // 2^64 or more
};

struct units_size {
    uint64_t bytes;
    bool bare;    // no unit was typed
    bool decimal; // the unit is a power of 1000
};

// A number, perhaps with a fraction, and a unit in either case: K, M, G, T, P,
// E, also as KiB or Ki, are powers of 1024, KB, MB, ... powers of 1000, B and
// nothing are bytes. "512m", "64MiB", "512MB", "0.5G", "4096". A fraction of a
// byte that is left over is dropped. *size is set for UNITS_OK only.
enum units_result units_size(const char *text, struct units_size *size);

// A number, perhaps with a fraction, and ms, s, m (minutes) or h; nothing is
// seconds. "500ms", "2s", "0.5", "5m". A fraction of a millisecond that is left
// over is dropped. *milliseconds is set for UNITS_OK only.
enum units_result units_duration(const char *text, uint64_t *milliseconds);

// The size exactly, with the largest letter that leaves a whole number, as QEMU
// reads it too: "64M", "1025K", "3B".
void units_exact(char *out, size_t size, uint64_t bytes);

// What is wrong, behind the text that was typed: "has no number". NULL for
// UNITS_OK.
const char *units_reason(enum units_result result);

#endif
