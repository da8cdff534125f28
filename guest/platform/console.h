// SPDX-License-Identifier: MIT
// Lines typed on COM1. Characters are echoed; a text that the guest writes
// meanwhile begins on a new line.
#ifndef PLATFORM_CONSOLE_H
#define PLATFORM_CONSOLE_H

#include "base/error.h"
#include "platform/line_input.h"

// Enables COM1's receive interrupt. Errors as irq_connect's.
MUST_USE enum error console_start(void);

// Takes a complete line. ERR_EMPTY: there is none. ERR_RANGE: it was longer
// than LINE_INPUT_MAX; ERR_INVALID: it had a byte that is not text; in both
// cases it is dropped. While a line waits to be taken, no input is read.
MUST_USE enum error console_take(char line[LINE_INPUT_MAX + 1]);

// Whether a line waits to be taken: no interrupt announces it again.
bool console_has_line(void);

// Whether ESC was typed since the last call. It is not part of a line.
bool console_escaped(void);

#endif
