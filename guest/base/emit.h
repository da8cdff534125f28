// SPDX-License-Identifier: MIT
// Text without printf and without heap: for the paths on which nothing may be
// trusted any more (panic, traps) and for the lines before the log is up.
#ifndef BASE_EMIT_H
#define BASE_EMIT_H

#include "base/types.h"

// Where text goes. Set once by the platform; until then text is dropped.
typedef void emit_sink(const char *text, size_t bytes);
void emit_to(emit_sink *sink);

void emit_bytes(const char *text, size_t bytes);
void emit_text(const char *text);
void emit_hex(uint64_t value);     // 0x and 16 digits
void emit_decimal(uint64_t value); // no leading zeros

// ` key=` before a value.
void emit_key_hex(const char *key, uint64_t value);

#endif
