// SPDX-License-Identifier: MIT
// The output of the guest's emit functions, captured for checks.
// Limits: 8191 characters; include it in one file of a program.
#ifndef UNIT_EMITTED_H
#define UNIT_EMITTED_H

#include "base/print.h"
#include "unit/checks.h"

static char emitted[8192];
static size_t emitted_length;
static unsigned emitted_pieces; // calls of the sink

static inline void emitted_catch(const char *text, size_t bytes)
{
    assert_true(bytes < sizeof emitted - emitted_length);
    memcpy(emitted + emitted_length, text, bytes);
    emitted_length += bytes;
    emitted[emitted_length] = '\0';
    emitted_pieces++;
}

static inline void emitted_begin(void)
{
    emitted_length = 0;
    emitted_pieces = 0;
    emitted[0] = '\0';
    emit_to(emitted_catch);
}

#endif
