// SPDX-License-Identifier: MIT
// Text to the sink, with nothing but the stack.
#include "base/emit.h"

#include <string.h>

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

void emit_text(const char *text)
{
    emit_bytes(text, strlen(text));
}

void emit_hex(uint64_t value)
{
    char text[18] = "0x";

    for (int i = 0; i < 16; i++) {
        text[2 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    }
    emit_bytes(text, sizeof text);
}

void emit_decimal(uint64_t value)
{
    char text[20]; // 2^64 has 20 digits
    size_t at = sizeof text;

    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    emit_bytes(text + at, sizeof text - at);
}

void emit_key_hex(const char *key, uint64_t value)
{
    emit_text(" ");
    emit_text(key);
    emit_text("=");
    emit_hex(value);
}
