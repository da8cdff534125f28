// SPDX-License-Identifier: MIT
// Output of text, as bytes, to the machine's sink. Allocates nothing, so any
// context can use it, panic and traps included.
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include "base/types.h"

// The destination of text. Set once by the platform; until then text is lost.
typedef void print_sink(const char *text, size_t bytes);
void print_to(print_sink *sink);

void print_bytes(const char *text, size_t bytes);

// Between hold and release, text is buffered, and then written in one piece.
// More than PRINT_HELD_MAX bytes end the hold; so do panic, a trap and the
// machine's end. A release without a hold does nothing.
#define PRINT_HELD_MAX 4096u
void print_hold(void);
void print_release(void);

#endif
