// SPDX-License-Identifier: MIT
// Text helpers: readable sizes, strict parsing of numbers, escaping of foreign
// text, spelling suggestions, shell quoting. All pure.
// Limits: output into an array is cut at the caller's size; a NUL ends it.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buffer.h"

// printf into `out`, cut at `size`.
void text_format(char *out, size_t size, const char *format, ...)
    PRINTF_LIKE(3, 4);

// "0 B", "1023 B", "1.0 KiB", "250.9 MiB", up to "16.0 EiB": one decimal,
// rounded to nearest, and never "1024.0" of a unit.
void text_size(char *out, size_t size, uint64_t bytes);

enum number_result {
    NUMBER_OK,
    NUMBER_EMPTY,    // no character
    NUMBER_GARBAGE,  // a character, perhaps a sign, that is no decimal digit
    NUMBER_OVERFLOW, // 2^64 or more
};

// Reads the whole text as decimal digits. Leading zeros are allowed. *value is
// set only for NUMBER_OK.
enum number_result text_to_uint64(const char *text, uint64_t *value);

// The same for the digits that the text begins with. NUMBER_EMPTY: it begins
// with something else.
enum number_result text_leading_uint64(const char *text, uint64_t *value);

// The number of bytes of the character at `in`, if it is well-formed UTF-8 (RFC
// 3629) that a terminal can show as it is. Else 0: C0 and C1 controls, DEL,
// malformed UTF-8, and the marks that change the direction of text (U+061C,
// U+200E, U+200F, U+202A..U+202E, U+2066..U+2069) and can make a line look like
// a different one.
size_t text_harmless(const char *in, size_t length);

// Copies `length` bytes of foreign text for a terminal: harmless characters
// stay, each other byte becomes \xNN. An escape is never cut in half. Returns
// the number of characters written.
size_t text_escape(char *out, size_t size, const char *in, size_t length);
// The whole text, escaped in the same way, line ends too: one line, by
// memory_get.
char *text_one_line(const char *text);

// Appends text of several lines, escaped in the same way except for "\n".
void text_escape_lines(struct buffer *out, const char *text);

// Appends a JSON text in a form that a terminal can show, with the same
// meaning: harmful characters, which only strings can contain, become \uNNNN.
// Each byte that is not UTF-8, which JSON does not allow, becomes \ufffd. White
// space between values stays.
void text_escape_json(struct buffer *out, const char *json);

// The edit distance of two words of at most 63 characters: the number of
// insertions, deletions, replacements and swaps of neighbours. SIZE_MAX for
// longer words.
size_t text_distance(const char *a, const char *b);

// The candidate nearest to `word`, if a typing error explains the difference:
// `word` is the beginning of exactly one candidate, or the distance is at most
// 2 and at most a third of the word's length, rounded up. Else NULL.
const char *text_nearest(const char *word, const char *const *candidates,
                         size_t count);

// Appends `word`, quoted so that a POSIX shell reads it as one word. Words of
// plain characters get no quotes.
void text_shell_quote(struct buffer *out, const char *word);

#endif
