// SPDX-License-Identifier: MIT
// The balloon device of a QEMU: found on any transport, read and set over QMP.
// Limits: virtio-balloon only (hv-balloon is refused by name); QEMU allows one
// balloon a machine, so the first one found is the one.
#ifndef BALLOON_DEVICE_H
#define BALLOON_DEVICE_H

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

// Looks at /machine/peripheral and /machine/peripheral-anon, then, bounded,
// through the whole of /machine. The last word has the property: a balloon is
// what has "guest-stats". CODE_NO_BALLOON with what was looked at.
MUST_USE bool balloon_find(struct session *session, struct deadline deadline,
                           struct balloon_device *device,
                           struct failure *failure);

// guest-stats, as it stands now.
MUST_USE bool balloon_read(struct session *session,
                           const struct balloon_device *device,
                           struct deadline deadline, struct sample *sample,
                           struct failure *failure);

// guest-stats-polling-interval in seconds, 0 is off.
MUST_USE bool balloon_get_interval(struct session *session,
                                   const struct balloon_device *device,
                                   struct deadline deadline, uint32_t *seconds,
                                   struct failure *failure);

// Sets it and reads it back; CODE_PROTOCOL when QEMU has another one then.
MUST_USE bool balloon_set_interval(struct session *session,
                                   const struct balloon_device *device,
                                   struct deadline deadline, uint32_t seconds,
                                   struct failure *failure);

#endif
