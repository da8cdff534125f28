// SPDX-License-Identifier: MIT
// What went wrong, carried up to the one place that prints it.
// Limits: one failure at a time; text beyond the buffer is cut, never lost
// silently in the middle (the cut is marked with "...").
#ifndef BASE_FAILURE_H
#define BASE_FAILURE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/exit_code.h"

enum {
    FAILURE_TEXT = 4096,
    FAILURE_CLASS = 48
};

// Every function that can fail takes a `struct failure *` as its last
// parameter, returns false when it failed and has filled the failure then;
// on success it leaves the failure alone.
struct failure {
    enum exit_code code;
    char error_class[FAILURE_CLASS]; // QEMU's error class, else empty
    char text[FAILURE_TEXT];         // no newline at the end
};

// Fills the failure (error_class becomes empty); always false, so that a
// function can say `return failure_set(...)`.
bool failure_set(struct failure *failure, enum exit_code code,
                 const char *format, ...) PRINTF_LIKE(3, 4);

// Adds to the text of a failure that is already set. Always false.
bool failure_add(struct failure *failure, const char *format, ...)
    PRINTF_LIKE(2, 3);

#endif
