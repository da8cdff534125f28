// SPDX-License-Identifier: MIT
// Assembles typed bytes into lines: printable ASCII, ended by CR or LF, of
// bounded length. Pure.
#ifndef PLATFORM_LINE_INPUT_H
#define PLATFORM_LINE_INPUT_H

#include "base/error.h"
#include "base/types.h"

#define LINE_INPUT_MAX 127u // characters of a line

struct line_input {
    char text[LINE_INPUT_MAX + 1]; // NUL-terminated
    uint32_t length;
    enum error broken; // why the line is invalid; OK: it is valid so far
};

// Takes one byte. True: the line has ended; it is in `text`, or `broken` is
// ERR_RANGE (too long) or ERR_INVALID (a byte that is not text). Begin the next
// line with line_input_next. Backspace deletes a character. Empty lines are
// ignored.
bool line_input_take(struct line_input *input, unsigned char byte);
void line_input_next(struct line_input *input);

#endif
