// SPDX-License-Identifier: MIT
// A stream of bytes cut into lines, with the last ones remembered.
// Limits: a line has LINES_LENGTH characters (the rest is dropped and the line
// is marked as cut); LINES_KEPT lines are remembered. Pure.
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
    int64_t when;                // clock_now() of the read that brought its end
    size_t length;               // in `text`; a NUL follows
    bool cut;                    // the line was longer
    char text[LINES_LENGTH + 1]; // without "\n" and without a "\r" before it
};

// Called for each complete line, in order; the line is valid in the call.
typedef void lines_handler(void *context, const struct line *line);

struct lines;

// `handler` may be NULL.
struct lines *lines_create(lines_handler *handler, void *context);
void lines_destroy(struct lines *lines); // NULL is allowed

void lines_push(struct lines *lines, const char *bytes, size_t length,
                int64_t when);
// The stream has ended: an unfinished line is treated as a line.
void lines_end(struct lines *lines, int64_t when);

// A line has begun and not ended.
bool lines_unfinished(const struct lines *lines);
// What there is of that line, "" when there is none.
const char *lines_begun(const struct lines *lines);

// Remembered lines, at most LINES_KEPT; 0 is the oldest of them.
size_t lines_kept(const struct lines *lines);
const struct line *lines_get(const struct lines *lines, size_t index);

// Appends the newest `most` remembered lines, escaped, each on a line of its
// own after `indent`; nothing when there are none.
void lines_tail(const struct lines *lines, size_t most, const char *indent,
                struct buffer *out);

#endif
