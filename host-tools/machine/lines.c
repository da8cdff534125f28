// SPDX-License-Identifier: MIT
// Cuts bytes into lines and keeps the last ones in a ring.
// Limits: LINES_LENGTH characters a line, LINES_KEPT lines.
#include "machine/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct lines {
    lines_handler *handler;
    void *context;
    bool open;           // `current` has begun
    struct line current; // the line after the kept ones
    size_t first;        // index of the oldest kept line
    size_t count;
    struct line kept[LINES_KEPT];
};

struct lines *lines_create(lines_handler *handler, void *context)
{
    struct lines *lines = memory_get(sizeof *lines);

    lines->handler = handler;
    lines->context = context;
    return lines;
}

void lines_destroy(struct lines *lines)
{
    free(lines);
}

static void complete(struct lines *lines, int64_t when)
{
    struct line *line = &lines->current;

    if (line->length && line->text[line->length - 1] == '\r') {
        line->length--;
    }
    line->text[line->length] = '\0';
    line->when = when;
    if (lines->count == LINES_KEPT) {
        lines->first = (lines->first + 1) % LINES_KEPT;
        lines->count--;
    }
    lines->kept[(lines->first + lines->count) % LINES_KEPT] = *line;
    lines->count++;
    if (lines->handler) {
        lines->handler(lines->context, line);
    }
    line->length = 0;
    line->cut = false;
    lines->open = false;
}

void lines_push(struct lines *lines, const char *bytes, size_t length,
                int64_t when)
{
    struct line *line = &lines->current;

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            complete(lines, when);
            continue;
        }
        lines->open = true;
        if (line->length < LINES_LENGTH) {
            line->text[line->length++] = bytes[i];
            line->text[line->length] = '\0';
        } else if (bytes[i] != '\r') {
            line->cut = true;
        }
    }
}

void lines_end(struct lines *lines, int64_t when)
{
    if (lines->open) {
        complete(lines, when);
    }
}

bool lines_unfinished(const struct lines *lines)
{
    return lines->open;
}

const char *lines_begun(const struct lines *lines)
{
    return lines->open ? lines->current.text : "";
}

size_t lines_kept(const struct lines *lines)
{
    return lines->count;
}

const struct line *lines_get(const struct lines *lines, size_t index)
{
    return &lines->kept[(lines->first + index) % LINES_KEPT];
}

void lines_tail(const struct lines *lines, size_t most, const char *indent,
                struct buffer *out)
{
    char shown[4 * LINES_LENGTH + 1];
    size_t start = lines->count > most ? lines->count - most : 0;

    for (size_t i = start; i < lines->count; i++) {
        const struct line *line = lines_get(lines, i);
        text_escape(shown, sizeof shown, line->text, line->length);
        buffer_format(out, "\n%s%s%s", indent, shown, line->cut ? "..." : "");
    }
}
