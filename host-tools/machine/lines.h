// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into lines and keeps the last ones. Pure.
// Limits: LINES_LENGTH characters a line (the rest is dropped and the line is
// marked as cut); LINES_KEPT lines are kept.
#ifndef MACHINE_LINES_H
#define MACHINE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
    LINES_LENGTH = 1024,
    LINES_KEPT = 32
};

struct line {
    int64_t when;                // clock_now() when its end was read
    size_t length;               // in `text`; a NUL follows
    bool cut;                    // the line was longer
    char text[LINES_LENGTH + 1]; // without "\n" and without a "\r" before it
};

// Called for each complete line, in order. `line` is valid during the call.
typedef void lines_handler(void *context, const struct line *line);

struct lines;

// `handler` may be NULL.
struct lines *lines_create(lines_handler *handler, void *context);
void lines_destroy(struct lines *lines); // NULL is allowed

void lines_push(struct lines *lines, const char *bytes, size_t length,
                int64_t when);
// The end of the stream: an unfinished line becomes a complete one.
void lines_end(struct lines *lines, int64_t when);

// Whether a line has begun and not ended.
bool lines_unfinished(const struct lines *lines);
// The text of that line so far; "": no such line.
const char *lines_begun(const struct lines *lines);

// The number of kept lines, at most LINES_KEPT; index 0 is the oldest.
size_t lines_kept(const struct lines *lines);
const struct line *lines_get(const struct lines *lines, size_t index);

// Appends the newest kept lines, at most `most`, escaped, each after "\n" and
// `indent`.
void lines_tail(const struct lines *lines, size_t most, const char *indent,
                struct buffer *out);

#endif
