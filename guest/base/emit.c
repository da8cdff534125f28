// SPDX-License-Identifier: MIT
// Text to the sink.
#include "base/emit.h"

static emit_sink *the_sink;

void emit_to(emit_sink *sink)
{
    the_sink = sink;
}

void emit_bytes(const char *text, size_t bytes)
{
    if (the_sink) {
        the_sink(text, bytes);
    }
}
