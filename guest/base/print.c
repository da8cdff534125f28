// SPDX-License-Identifier: MIT
// Output of text to the sink, at once or buffered.
#include "base/print.h"

#include <string.h>

static print_sink *the_sink;
static bool holding;
static char held[PRINT_HELD_MAX];
static size_t held_bytes;

void print_to(print_sink *sink)
{
    the_sink = sink;
}

static void write_to_sink(const char *text, size_t bytes)
{
    if (the_sink && bytes > 0) {
        the_sink(text, bytes);
    }
}

void print_bytes(const char *text, size_t bytes)
{
    if (holding && bytes <= sizeof held - held_bytes) {
        memcpy(held + held_bytes, text, bytes);
        held_bytes += bytes;
        return;
    }
    print_release();
    write_to_sink(text, bytes);
}

void print_hold(void)
{
    holding = true;
}

// The hold ends first: the sink may write text itself.
void print_release(void)
{
    const size_t bytes = held_bytes;

    holding = false;
    held_bytes = 0;
    write_to_sink(held, bytes);
}
