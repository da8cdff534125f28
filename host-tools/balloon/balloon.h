// SPDX-License-Identifier: MIT
// A balloon of a running QEMU: found on any transport, read and set over QMP.
// Limits: virtio-balloon only (hv-balloon is refused by name). QEMU allows one
// balloon a machine, so the search ends at the first.
#ifndef BALLOON_BALLOON_H
#define BALLOON_BALLOON_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/sample.h"
#include "base/attributes.h"
#include "qmp/session.h"

enum {
    DEVICE_PATH = 256,
    DEVICE_TYPE = 64
};

struct balloon_device {
    char path[DEVICE_PATH]; // QOM path, e.g. "/machine/peripheral/balloon0"
    char type[DEVICE_TYPE]; // e.g. "virtio-balloon-device"
};

struct balloon {
    struct session *session;
    struct balloon_device device; // from balloon_find
    struct deadline deadline;     // of each call, until it is set again
};

// Searches /machine/peripheral and /machine/peripheral-anon, then all of
// /machine up to a limit, and fills the device. An object is a balloon if it
// has the property "guest-stats". CODE_NO_BALLOON: none found.
MUST_USE bool balloon_find(struct balloon *balloon, struct failure *failure);

// The arguments of QEMU's commands about a virtqueue, by its number. The virtio
// device of a PCI function is a child of the balloon's object.
struct json_object *balloon_queue_arguments(const struct balloon *balloon,
                                            unsigned queue);

// Reads guest-stats.
MUST_USE bool balloon_read(const struct balloon *balloon, struct sample *sample,
                           struct failure *failure);

// Reads guest-stats-polling-interval, in seconds; 0: off.
MUST_USE bool balloon_get_interval(const struct balloon *balloon,
                                   uint32_t *seconds, struct failure *failure);

// Sets the interval and reads it back. CODE_PROTOCOL when QEMU has another
// value then.
MUST_USE bool balloon_set_interval(const struct balloon *balloon,
                                   uint32_t seconds, struct failure *failure);

#endif
