// SPDX-License-Identifier: MIT
// Whether the device has looked at the statistics buffer that the driver put
// into its queue, which a driver that does not notify the device leaves there.
// VIRTIO 1.4, 2.7.13.3, 2.8.21.2 (the notification), 5.5.6.3.
// QEMU, qapi/virtio.json: x-query-virtio-queue-status, from QEMU 7.2 on.
#ifndef BALLOON_TAKEN_H
#define BALLOON_TAKEN_H

#include "balloon/device.h"

enum taken {
    TAKEN_UNKNOWN, // this QEMU does not tell
    TAKEN_ALL,     // nothing lies there that the device has not seen
    TAKEN_NOT,     // a buffer lies there unseen
};

// Asks QEMU while the machine stands still, else the answer is old at once.
// Changes nothing, never fails.
enum taken balloon_taken(struct session *session,
                         const struct balloon_device *device,
                         struct deadline deadline);

// Whether a packed descriptor's flags say that it is made available and not
// used (2.8.1): AVAIL and USED differ.
bool taken_packed_waits(uint64_t flags);

#endif
