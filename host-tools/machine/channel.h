// SPDX-License-Identifier: MIT
// The channels between the tool and a QEMU of its own: the monitor's sockets
// and COM1's pipes.
// Limits: both ends are CLOEXEC; the tool's, [0], does not block.
#ifndef MACHINE_CHANNEL_H
#define MACHINE_CHANNEL_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

// Two connected sockets. CODE_HOST if they cannot be made; both are then -1.
MUST_USE bool channel_sockets(int ends[2], struct failure *failure);

// The pipe for COM1, read by the tool. No socket: QEMU's serial port writes
// single bytes, and a socket takes only a few hundred unread writes before it
// is full, a pipe 64 KiB. Fails as channel_sockets does.
MUST_USE bool channel_pipe(int ends[2], struct failure *failure);

// The pipe for COM1's input, written by the tool. Fails as the others do.
MUST_USE bool channel_input(int ends[2], struct failure *failure);

// -1 is allowed.
void channel_close(int fd);

#endif
