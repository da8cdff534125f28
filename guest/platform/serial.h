// SPDX-License-Identifier: MIT
// COM1, a 16550A: the guest's only voice. 115200 baud, 8N1, FIFO on, polled:
// no interrupt, so writing works in any context.
#ifndef PLATFORM_SERIAL_H
#define PLATFORM_SERIAL_H

#include "base/types.h"

void serial_start(void);

// Writes bytes as they are. A port that stays busy for seconds (nobody reads
// the other end) loses them; when it is read again, a line says how many.
void serial_write(const char *text, size_t bytes);

#endif
