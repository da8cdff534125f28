// SPDX-License-Identifier: MIT
// The output of the guest's emit functions, captured for checks.
// Limits: 8191 characters; include it in one file of a program.
#ifndef UNIT_PRINTED_H
#define UNIT_PRINTED_H

#include "base/print.h"
#include "unit/checks.h"

static char printed[8192];
static size_t printed_length;
static unsigned printed_pieces; // calls of the sink

static inline void printed_catch(const char *text, size_t bytes)
{
    assert_true(bytes < sizeof printed - printed_length);
    memcpy(printed + printed_length, text, bytes);
    printed_length += bytes;
    printed[printed_length] = '\0';
    printed_pieces++;
}

static inline void printed_begin(void)
{
    printed_length = 0;
    printed_pieces = 0;
    printed[0] = '\0';
    print_to(printed_catch);
}

#endif
