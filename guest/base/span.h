// SPDX-License-Identifier: MIT
// Stretches of text that are not NUL-terminated: words, and what is in them.
// Pure.
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include "base/error.h"
#include "base/types.h"

struct span {
    const char *text;
    size_t length;
};

// The members for a string literal: (struct span){SPAN_OF("word")}.
#define SPAN_OF(literal) (literal), sizeof(literal) - 1

bool span_is(struct span span, const char *word);

// Cuts the span in two at the first such character, which goes away. Without
// one, the second part is empty and false comes back.
bool span_cut(struct span *span, char at, struct span *rest);

// The next word behind blanks and line ends; *text moves behind it. Empty at
// the text's end.
struct span span_word(const char **text);

// Decimal, or hexadecimal after 0x. ERR_INVALID: no number; ERR_RANGE: above
// max.
MUST_USE enum error span_number(struct span span, uint64_t max,
                                uint64_t *value);

// Bytes: a number, perhaps with a fraction, and perhaps K, M, G or T behind it
// in either case, also as KiB (powers of 1024) or KB (of 1000). Rounded down.
// ERR_INVALID: no size; ERR_RANGE: above max.
MUST_USE enum error span_size(struct span span, uint64_t max, uint64_t *bytes);

// A NUL-terminated copy, cut to fit.
void span_copy(struct span span, char *to, size_t bytes);

#endif
