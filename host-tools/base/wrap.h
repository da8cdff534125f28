// SPDX-License-Identifier: MIT
// Text wrapped between words into lines of WRAP_COLUMNS.
// Limits: a byte counts as a column; a word longer than a line is not broken.
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "base/buffer.h"

enum {
    WRAP_COLUMNS = 80
};

// Appends the words in the first `length` bytes of `text` as lines, each with
// `indent` blanks before it and "\n" after it. White space separates words.
// Text without a word adds nothing.
void wrap_text(struct buffer *out, size_t indent, const char *text,
               size_t length);

#endif
