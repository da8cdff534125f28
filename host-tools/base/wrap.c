// SPDX-License-Identifier: MIT
// Wraps text at blanks.
#include "base/wrap.h"

#include <stdbool.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static size_t blanks(const char *text, size_t length)
{
    size_t count = 0;

    while (count < length && is_blank(text[count])) {
        count++;
    }
    return count;
}

static size_t word(const char *text, size_t length)
{
    size_t count = 0;

    while (count < length && !is_blank(text[count])) {
        count++;
    }
    return count;
}

void wrap_text(struct buffer *out, size_t indent, const char *text,
               size_t length)
{
    size_t column = 0; // 0: no line has begun

    for (size_t at = blanks(text, length); at < length;
         at += blanks(text + at, length - at)) {
        size_t size = word(text + at, length - at);
        if (column && column + 1 + size > WRAP_COLUMNS) {
            buffer_text(out, "\n");
            column = 0;
        }
        buffer_format(out, "%*s%.*s", column ? 1 : (int)indent, "", (int)size,
                      text + at);
        column = (column ? column + 1 : indent) + size;
        at += size;
    }
    buffer_text(out, column ? "\n" : "");
}
