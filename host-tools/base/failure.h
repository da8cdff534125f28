// SPDX-License-Identifier: MIT
// A failure, handed up to the one place that prints it.
// Limits: one failure at a time; text that does not fit in the buffer is cut at
// the end, and "..." marks the cut.
#ifndef BASE_FAILURE_H
#define BASE_FAILURE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/exit_code.h"

enum {
    FAILURE_TEXT = 4096,
    FAILURE_CLASS = 48
};

// A function that can fail takes a `struct failure *` as its last parameter.
// When it fails, it fills the failure and returns false; on success it does
// not change the failure.
struct failure {
    enum exit_code code;
    char error_class[FAILURE_CLASS]; // QEMU's error class, else empty
    char text[FAILURE_TEXT];         // no newline at the end
};

// Fills the failure and empties error_class. Always false, for use as
// `return failure_set(...)`.
bool failure_set(struct failure *failure, enum exit_code code,
                 const char *format, ...) PRINTF_LIKE(3, 4);

// Appends to the text of a failure that is already set. Always false.
bool failure_add(struct failure *failure, const char *format, ...)
    PRINTF_LIKE(2, 3);

#endif
