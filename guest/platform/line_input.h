// SPDX-License-Identifier: MIT
// Typed bytes into lines: printable ASCII, ended by CR or LF, of bounded
// length. Pure.
#ifndef PLATFORM_LINE_INPUT_H
#define PLATFORM_LINE_INPUT_H

#include "base/error.h"
#include "base/types.h"

#define LINE_INPUT_MAX 127u // characters of a line

struct line_input {
    char text[LINE_INPUT_MAX + 1]; // NUL-terminated
    uint32_t length;
    enum error broken; // why the line so far is no good; OK: it is
};

// Takes one byte. True: a line is complete in `text`, or broken: ERR_RANGE, it
// was too long; ERR_INVALID, it had a byte that is no text. Begin the next one
// with line_input_next. Backspace takes a character back. Empty lines are not
// told of.
bool line_input_take(struct line_input *input, unsigned char byte);
void line_input_next(struct line_input *input);

#endif
