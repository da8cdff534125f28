// SPDX-License-Identifier: MIT
// Whether the device has taken the statistics buffer from the queue. Without a
// notification from the driver, the buffer stays in the queue.
// VIRTIO 1.4, 2.7.13.3, 2.8.21.2 (the notification), 5.5.6.3.
// QEMU, qapi/virtio.json: x-query-virtio-queue-status, from QEMU 7.2 on.
#ifndef BALLOON_TAKEN_H
#define BALLOON_TAKEN_H

#include "balloon/balloon.h"

enum taken {
    TAKEN_UNKNOWN, // this QEMU does not report it
    TAKEN_ALL,     // the device has taken all buffers
    TAKEN_NOT,     // a buffer is in the queue that the device has not taken
};

// Queries QEMU. Call while the machine is stopped, or the answer may be out of
// date at once. Changes nothing, never fails.
enum taken balloon_taken(const struct balloon *balloon);

// Whether the flags of a packed descriptor mean available and not used (2.8.1):
// AVAIL and USED differ.
bool taken_packed_waits(uint64_t flags);

#endif
