// SPDX-License-Identifier: MIT
// A growing byte buffer. A NUL that is not counted always follows the bytes.
// Limits: when memory runs out, the tool prints a message and exits with
// CODE_HOST.
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attributes.h"

struct buffer {
    char *data; // NULL until bytes are added
    size_t length;
    size_t capacity;
};

// A buffer with all bits zero is empty.
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

// Frees the bytes; the buffer is empty again, with all bits zero.
void buffer_free(struct buffer *buffer);

// Zeroed memory, to be released with free(). Never NULL: see the limit above.
void *memory_get(size_t bytes);
// A copy of the text, allocated by memory_get.
char *memory_text(const char *text);

#endif
