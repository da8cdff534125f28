// SPDX-License-Identifier: MIT
// The target of a balloon. No QMP command tells it, but the guest reads it out
// of the register num_pages. VIRTIO 1.4, 5.5.4. Limits: registers.h's.
#ifndef BALLOON_TARGET_H
#define BALLOON_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/device.h"
#include "qmp/session.h"

struct target {
    bool known;
    uint64_t pages;   // of 4 KiB, wanted in the balloon
    char reason[200]; // why it is not known, one clause without a full stop
};

// By registers_read; never fails.
void target_read(struct session *session, const struct balloon_device *device,
                 struct deadline deadline, struct target *target);

// What that leaves of the machine's RAM. Pure.
int64_t target_size(const struct target *target, uint64_t ram);

#endif
