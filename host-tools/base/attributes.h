// SPDX-License-Identifier: MIT
// Names for the two compiler attributes that the tool uses.
// Limits: GCC and Clang only, as the whole tool is.
#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

// The caller must use the result.
#define MUST_USE __attribute__((warn_unused_result))

// Argument `text` (from 1) is a printf format, its values start at `first`.
#define PRINTF_LIKE(text, first)                                               \
    __attribute__((__format__(__printf__, text, first)))

#endif
