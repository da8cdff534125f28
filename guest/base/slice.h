// SPDX-License-Identifier: MIT
// Slices: text of known length without a NUL at its end, and the words, numbers
// and sizes in it. Pure.
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/error.h"
#include "base/types.h"

struct slice {
    const char *text;
    size_t length;
};

// The members for a string literal: (struct slice){SLICE_OF("word")}.
#define SLICE_OF(literal) (literal), sizeof(literal) - 1

bool slice_is(struct slice slice, const char *word);

// Splits the slice at the first such character, which is in neither part.
// False: there is none, and *rest is empty.
bool slice_cut(struct slice *slice, char at, struct slice *rest);

// The next word after blanks and line ends; *text moves to its end. Empty at
// the end of the text.
struct slice slice_word(const char **text);

// Decimal, or hexadecimal after 0x. ERR_INVALID: not a number; ERR_RANGE: above
// max.
MUST_USE enum error slice_number(struct slice slice, uint64_t max,
                                 uint64_t *value);

// Bytes: a number with an optional unit in either case: K, M, G or T, also as
// KiB (powers of 1024) or KB (of 1000); with a unit, also with a fraction.
// Rounded down. ERR_INVALID: not a size; ERR_RANGE: above max.
MUST_USE enum error slice_size(struct slice slice, uint64_t max,
                               uint64_t *bytes);

// A NUL-terminated copy, cut to fit.
void slice_copy(struct slice slice, char *to, size_t bytes);

#endif
