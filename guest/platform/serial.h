// SPDX-License-Identifier: MIT
// COM1, a 16550A: the guest's console. 115200 baud, 8N1, FIFO on. Output is
// polled, so it works in any context; input interrupts.
#ifndef PLATFORM_SERIAL_H
#define PLATFORM_SERIAL_H

#include "base/types.h"

// Bytes in each direction's FIFO.
#define SERIAL_FIFO 16u

void serial_start(void);

// Writes bytes unchanged. If the port stays busy for seconds (the host does not
// read it), they are dropped; later a line reports how many.
void serial_write(const char *text, size_t bytes);

// Reads a received byte. False: there is none.
bool serial_read(unsigned char *byte);

// Switches COM1's receive interrupt on or off.
void serial_listen(bool on);

// Echoes a typed character. Until the typed line has ended, the next text
// begins with a newline.
void serial_echo(char c);

#endif
