// SPDX-License-Identifier: MIT
// COM1, a 16550A: the guest's only voice. 115200 baud, 8N1, FIFO on, polled:
// no interrupt, so writing works in any context.
#ifndef PLATFORM_SERIAL_H
#define PLATFORM_SERIAL_H

#include "base/types.h"

void serial_start(void);

// Writes bytes as they are. A port that stays busy for too long (nobody reads
// the other end) loses them, and they are counted.
void serial_write(const char *text, size_t bytes);

// Bytes lost so far.
uint64_t serial_lost(void);

#endif
