// SPDX-License-Identifier: MIT
// stdout is data, stderr is messages: the two doors out of the tool.
// Limits: plain text, no colour: what text_harmless (base/text.h) does not
// let pass is escaped here, whoever wrote it; only "\n" passes.
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

// Data to stdout, buffered until output_flush.
void output(const char *format, ...) PRINTF_LIKE(1, 2);

// Writes what is buffered. False (CODE_HOST) when stdout cannot be written,
// e.g. on a full disk. A reader that went away (EPIPE) is CODE_HOST too, but
// with an empty text, so that nothing is printed about it.
MUST_USE bool output_flush(struct failure *failure);

// One message line to stderr, "\n" is added.
void message(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
