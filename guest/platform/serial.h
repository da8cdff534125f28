// SPDX-License-Identifier: MIT
// COM1, a 16550A: the guest's only voice and ear. 115200 baud, 8N1, FIFO on.
// Writing is polled, so it works in any context; what comes in interrupts.
#ifndef PLATFORM_SERIAL_H
#define PLATFORM_SERIAL_H

#include "base/types.h"

// Bytes that each direction's FIFO holds.
#define SERIAL_FIFO 16u

void serial_start(void);

// Writes bytes as they are. A port that stays busy for seconds (nobody reads
// the other end) loses them; when it is read again, a line says how many.
void serial_write(const char *text, size_t bytes);

// Takes a byte that has come in. False: none has.
bool serial_read(unsigned char *byte);

// Whether COM1 raises its interrupt for bytes that come in.
void serial_listen(bool on);

// Shows a typed character. Until its line is ended, the next text begins with
// a line end.
void serial_echo(char c);

#endif
