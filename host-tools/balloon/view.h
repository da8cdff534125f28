// SPDX-License-Identifier: MIT
// What QEMU shows of a balloon's driver: the machine's state, the device's
// status, the progress of its queues.
// VIRTIO 1.4, 2.1 and 2.6. QEMU, qapi/virtio.json. Limits: one look; each part
// may be unknown, as before QEMU 7.1 and on machines that are no x86.
#ifndef BALLOON_VIEW_H
#define BALLOON_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/device.h"
#include "qmp/session.h"

enum {
    VIEW_STATUS = 40,
    VIEW_QUEUES = 3, // inflate, deflate, statistics
    VIEW_STATSQ = 2
};

// x-query-virtio-queue-status. Indices run freely with split rings, and from 0
// to the queue's size with packed ones.
struct view_queue {
    bool known;
    bool set_up;     // the driver has given it memory
    uint64_t size;   // buffers
    uint64_t popped; // how many the device has taken from it
    uint64_t used;   // how many it has given back
    uint64_t inuse;  // how many it holds
};

struct view {
    char machine[VIEW_STATUS]; // query-status: "running", "paused"; "" unknown
    bool running;              // true where it is unknown
    bool has_status;
    uint8_t status; // the device's, 0 before a driver comes
    struct view_queue queues[VIEW_QUEUES];
};

// Asks QEMU, changes nothing, never fails. x-query-virtio-status is not asked:
// QEMU 11.1 aborts then.
void view_read(struct session *session, const struct balloon_device *device,
               struct deadline deadline, struct view *view);

// The device has taken a buffer and neither holds it nor has given it back:
// so it is with a device that has found an error in it and is broken. Pure.
bool view_lost(const struct view_queue *queue);

// The device has given a buffer back and awaits the next: for moments, unless
// the driver has stopped to answer. Pure.
bool view_awaits(const struct view_queue *queue);

// The device has the driver's first buffer, and has never asked for a second.
// Of a packed ring that is true once in each lap. Pure.
bool view_first(const struct view_queue *queue);

#endif
