// SPDX-License-Identifier: MIT
// Lines typed on COM1. Characters are echoed, and whatever the guest says
// meanwhile begins on a line of its own.
#ifndef PLATFORM_CONSOLE_H
#define PLATFORM_CONSOLE_H

#include "base/error.h"
#include "platform/line_input.h"

// Begins to listen, by COM1's interrupt. Errors as irq_connect's.
MUST_USE enum error console_start(void);

// Takes the line that has come, if one has. ERR_EMPTY: none. ERR_RANGE: it was
// longer than LINE_INPUT_MAX; ERR_INVALID: it had a byte that is no text; both
// are gone. While a line waits to be taken nothing more is read.
MUST_USE enum error console_take(char line[LINE_INPUT_MAX + 1]);

#endif
