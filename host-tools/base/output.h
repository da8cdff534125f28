// SPDX-License-Identifier: MIT
// The two outputs of the tool: data to stdout, messages to stderr.
// Limits: plain text without colour. All text is escaped here: only "\n" and
// the characters that text_harmless (base/text.h) accepts stay as they are.
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

// Data to stdout, buffered until output_flush.
void output(const char *format, ...) PRINTF_LIKE(1, 2);

// Writes the buffered data. False (CODE_HOST) when stdout cannot be written,
// as on a full disk. When the reader has closed the pipe (EPIPE), the failure
// is CODE_HOST with an empty text, so that no message is printed.
MUST_USE bool output_flush(struct failure *failure);

// One message line to stderr, "\n" is added.
void message(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
