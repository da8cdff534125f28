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

// Bytes of the character at `in` if it is well-formed UTF-8 (RFC 3629) that a
// terminal can show as it is; 0 for all else: C0 and C1 controls, DEL, broken
// UTF-8, and the marks that change the direction of text (U+061C, U+200E,
// U+200F, U+202A..U+202E, U+2066..U+2069), with which a line can be made to
// read as another one.
size_t text_harmless(const char *in, size_t length);

// Copies `length` bytes of foreign text so that a terminal can show it: what
// is harmless passes, everything else becomes \xNN, one for each byte. An
// escape is never cut in half. Returns the number of characters written.
size_t text_escape(char *out, size_t size, const char *in, size_t length);
// The whole text so, and its line ends too: one line, by memory_get.
char *text_one_line(const char *text);

// Appends text of several lines, escaped in the same way: "\n" passes.
void text_escape_lines(struct buffer *out, const char *text);

// Appends a JSON text that means the same and can be shown: in its strings,
// where alone such characters can be, what is not harmless becomes \uNNNN (or
// \ufffd for each byte that is no UTF-8, which JSON could not have). White
// space between values stays.
void text_escape_json(struct buffer *out, const char *json);

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
