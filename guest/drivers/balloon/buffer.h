// SPDX-License-Identifier: MIT
// The memory of statistics buffers, and their way into the ring. For the driver
// only. VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
#ifndef DRIVERS_BALLOON_BUFFER_H
#define DRIVERS_BALLOON_BUFFER_H

#include "drivers/balloon/balloon.h"

// Memory for all statistics buffers that can be in flight.
#define BALLOON_SAMPLE_BYTES 1024u

// An empty buffer for sample `seq`, in memory that the device does not hold.
struct balloon_buffer balloon_buffer_begin(const struct balloon *balloon,
                                           uint64_t seq);

// Adds the buffer to the ring; the device owns it once it is published. Asserts
// that there is room.
void balloon_buffer_add(struct balloon *balloon,
                        const struct balloon_buffer *buffer);

// Waits, for a bounded time, until the device has taken every published buffer,
// as far as it can be seen. Only a policy needs this.
void balloon_buffer_await_taken(const struct balloon *balloon);

#endif
