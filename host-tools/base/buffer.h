// SPDX-License-Identifier: MIT
// A growing run of bytes that always ends in a NUL that isn't counted.
// Limits: when memory runs out the tool says so and ends with CODE_HOST.
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attributes.h"

struct buffer {
    char *data; // NULL while nothing was ever added
    size_t length;
    size_t capacity;
};

// All bits zero is an empty buffer.
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...)
    PRINTF_LIKE(2, 3);
void buffer_format_list(struct buffer *buffer, const char *format,
                        va_list values) PRINTF_LIKE(2, 0);

// Drops the first `length` bytes.
void buffer_drop(struct buffer *buffer, size_t length);

// The text, "" while empty; valid until the next change.
const char *buffer_string(const struct buffer *buffer);

// Back to all bits zero.
void buffer_free(struct buffer *buffer);

// malloc that never returns NULL (same limit as above), zeroed.
void *memory_get(size_t bytes);
// A copy of the text by memory_get.
char *memory_text(const char *text);

#endif
