// SPDX-License-Identifier: MIT
// Text helpers: sizes for people, numbers read strictly, foreign text made
// harmless, spelling suggestions, shell quoting. All pure.
// Limits: every output is bounded by the caller's buffer and NUL-terminated.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buffer.h"

// printf into out, cut at `size`.
void text_format(char *out, size_t size, const char *format, ...)
    PRINTF_LIKE(3, 4);

// "0 B", "1023 B", "1.0 KiB", "250.9 MiB", up to "16.0 EiB": one decimal,
// rounded to nearest, and never "1024.0" of a unit.
void text_size(char *out, size_t size, uint64_t bytes);

enum number_result {
    NUMBER_OK,
    NUMBER_EMPTY,    // no character at all
    NUMBER_GARBAGE,  // something that isn't a decimal digit, a sign included
    NUMBER_OVERFLOW, // 2^64 or more
};

// Decimal digits only, the whole text; *value is set only for NUMBER_OK.
// Leading zeros are allowed.
enum number_result text_to_uint64(const char *text, uint64_t *value);

// Copies `length` bytes of foreign text so that a terminal can show it:
// printable ASCII and well-formed UTF-8 pass, everything else (C0 and C1
// controls, DEL, broken UTF-8) becomes \xNN, one for each byte. An escape is
// never cut in half. Returns the number of characters written.
size_t text_escape(char *out, size_t size, const char *in, size_t length);

// How many slips (a character too much, too few, another one, two neighbours
// swapped) lie between two words of at most 63 characters; longer ones are
// SIZE_MAX apart.
size_t text_distance(const char *a, const char *b);

// The candidate nearest to `word` if near enough to be a slip of the keyboard
// (distance at most 2, at most a third of the word rounded up, or `word` is
// the beginning of exactly one candidate); else NULL.
const char *text_nearest(const char *word, const char *const *candidates,
                         size_t count);

// Appends `word` quoted so that a POSIX shell reads it as one word; words of
// plain characters stay as they are.
void text_shell_quote(struct buffer *out, const char *word);

#endif
