// SPDX-License-Identifier: MIT
// QEMU's view of a balloon's driver: machine state, device status, and progress
// of the queues.
// VIRTIO 1.4, 2.1 and 2.6. QEMU, qapi/virtio.json. Limits: each part may be
// unknown, as before QEMU 7.2 and on machines other than x86.
#ifndef BALLOON_VIEW_H
#define BALLOON_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/balloon.h"

enum {
    VIEW_STATUS = 40,
    VIEW_QUEUES = 3, // inflate, deflate, statistics
    VIEW_STATSQ = 2
};

// x-query-virtio-queue-status. Indices run freely with split rings, and stay
// below the queue's size with packed ones.
struct view_queue {
    bool known;
    bool set_up;     // the driver has set the queue's address
    uint64_t size;   // in descriptors
    uint64_t popped; // buffers taken by the device
    uint64_t used;   // buffers returned by the device
    uint64_t inuse;  // buffers held by the device
};

struct view {
    char machine[VIEW_STATUS]; // query-status: "running", "paused"; "" unknown
    bool running;              // true where it is unknown
    bool has_status;
    uint8_t status; // the device's, 0 before a driver comes
    struct view_queue queues[VIEW_QUEUES];
};

// Queries QEMU, changes nothing, never fails. x-query-virtio-status is not
// used: QEMU 11.1 aborts on it.
void view_read(const struct balloon *balloon, struct view *view);

// The device has taken a buffer that it neither holds nor has returned: it has
// found an error in the buffer and is broken. Pure.
bool view_lost(const struct view_queue *queue);

// The device has returned a buffer and waits for the next. That takes moments,
// unless the driver does not answer any more. Pure.
bool view_awaits(const struct view_queue *queue);

// The device holds the driver's first buffer and has never requested a second.
// With a packed ring, this is also true once in each lap. Pure.
bool view_first(const struct view_queue *queue);

#endif
