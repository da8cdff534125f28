// SPDX-License-Identifier: MIT
// Spans: text of known length without a NUL at its end, and the words, numbers
// and sizes in it. Pure.
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/error.h"
#include "base/types.h"

struct span {
    const char *text;
    size_t length;
};

// The members for a string literal: (struct span){SPAN_OF("word")}.
#define SPAN_OF(literal) (literal), sizeof(literal) - 1

bool span_is(struct span span, const char *word);

// Splits the span at the first such character, which is in neither part. False:
// there is none, and *rest is empty.
bool span_cut(struct span *span, char at, struct span *rest);

// The next word after blanks and line ends; *text moves to its end. Empty at
// the end of the text.
struct span span_word(const char **text);

// Decimal, or hexadecimal after 0x. ERR_INVALID: not a number; ERR_RANGE: above
// max.
MUST_USE enum error span_number(struct span span, uint64_t max,
                                uint64_t *value);

// Bytes: a number with an optional unit in either case: K, M, G or T, also as
// KiB (powers of 1024) or KB (of 1000); with a unit, also with a fraction.
// Rounded down. ERR_INVALID: not a size; ERR_RANGE: above max.
MUST_USE enum error span_size(struct span span, uint64_t max, uint64_t *bytes);

// A NUL-terminated copy, cut to fit.
void span_copy(struct span span, char *to, size_t bytes);

#endif
