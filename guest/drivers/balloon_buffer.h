// SPDX-License-Identifier: MIT
// The memory of a statistics buffer, and how it gets into the ring. For the
// driver only. VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
#ifndef DRIVERS_BALLOON_BUFFER_H
#define DRIVERS_BALLOON_BUFFER_H

#include "drivers/balloon.h"

// Memory for all buffers that can be with the device.
#define BALLOON_SAMPLE_BYTES 1024u

// An empty buffer for sample `seq`, in memory that the device does not hold.
struct balloon_buffer balloon_buffer_begin(const struct balloon *balloon,
                                           uint64_t seq);

// Puts it into the ring; it is the device's once published. Asserts that
// there is room.
void balloon_buffer_add(struct balloon *balloon,
                        const struct balloon_buffer *buffer);

// Waits, for a bounded time, until the device has taken all that is in the
// ring, as far as it shows. Nothing by the book needs it.
void balloon_buffer_await_taken(const struct balloon *balloon);

#endif
