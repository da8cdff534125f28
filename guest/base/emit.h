// SPDX-License-Identifier: MIT
// Text on its way out, as bytes: from whoever has some to the machine's sink.
// Needs no heap, so that it is good for any context, panic and traps included.
#ifndef BASE_EMIT_H
#define BASE_EMIT_H

#include "base/types.h"

// Where text goes. Set once by the platform; until then text is dropped.
typedef void emit_sink(const char *text, size_t bytes);
void emit_to(emit_sink *sink);

void emit_bytes(const char *text, size_t bytes);

// Between these two, text waits in memory instead of waiting for the sink, and
// then goes out in one piece. More than EMIT_HELD_MAX bytes end the hold by
// themselves; so do panic, a trap and the machine's end. Without a hold a
// release does nothing.
#define EMIT_HELD_MAX 4096u
void emit_hold(void);
void emit_release(void);

#endif
