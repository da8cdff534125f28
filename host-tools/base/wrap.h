// SPDX-License-Identifier: MIT
// Text broken into lines of WRAP_COLUMNS, between words.
// Limits: a byte is a column; a word that is longer stays whole.
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "base/buffer.h"

enum {
    WRAP_COLUMNS = 80
};

// Appends the first `length` bytes of `text` as lines of words, each line with
// `indent` blanks before it and "\n" behind it. Any white space parts words.
// Nothing for a text without a word.
void wrap_text(struct buffer *out, size_t indent, const char *text,
               size_t length);

#endif
