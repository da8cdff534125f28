// SPDX-License-Identifier: MIT
// The size of a balloon's machine over QMP: asked, asked for, and of how much.
// QEMU, qapi/machine.json. Limits: the target that is set is target.h's.
#ifndef BALLOON_MEMORY_H
#define BALLOON_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/device.h"
#include "base/attributes.h"
#include "qmp/session.h"

// query-balloon: RAM less what the guest says is in the balloon. QEMU believes
// the guest, so it can be less than nothing.
MUST_USE bool balloon_actual(struct session *session, struct deadline deadline,
                             int64_t *actual, struct failure *failure);

// The RAM that a target is measured by: the machine's and its DIMMs'.
MUST_USE bool balloon_ram(struct session *session, struct deadline deadline,
                          uint64_t *ram, struct failure *failure);

// The command `balloon`: the target is there for the guest afterwards, and
// nothing has moved. QEMU refuses values that are 0 or have 64 bits.
MUST_USE bool balloon_ask(struct session *session, struct deadline deadline,
                          uint64_t value, struct failure *failure);

// Whether a feature that is a property of the device is on: "deflate-on-oom",
// "packed". A QEMU that does not say is taken as one that has it off.
MUST_USE bool balloon_offers(struct session *session,
                             const struct balloon_device *device,
                             struct deadline deadline, const char *property,
                             bool *offered, struct failure *failure);

#endif
