// SPDX-License-Identifier: MIT
// The memory size of a balloon's machine over QMP: the actual size, the RAM,
// and a request for another size.
// QEMU, qapi/machine.json. Limits: the current target is read by target.h.
#ifndef BALLOON_SIZE_QUERY_H
#define BALLOON_SIZE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/device.h"
#include "base/attributes.h"
#include "qmp/session.h"

// query-balloon: RAM less the pages that the guest reports in the balloon. QEMU
// does not check the guest's number, so the result can be negative.
MUST_USE bool balloon_actual(struct session *session, struct deadline deadline,
                             int64_t *actual, struct failure *failure);

// The RAM from which a target is measured: base memory and DIMMs.
MUST_USE bool balloon_ram(struct session *session, struct deadline deadline,
                          uint64_t *ram, struct failure *failure);

// The command `balloon`: sets the target for the guest. No page has moved when
// it returns. QEMU refuses 0 and values of 2^63 and more.
MUST_USE bool balloon_set_target(struct session *session,
                                 struct deadline deadline, uint64_t value,
                                 struct failure *failure);

// Whether a feature with a property of that name is on: "deflate-on-oom",
// "packed". A QEMU without the property counts as off.
MUST_USE bool balloon_offers(struct session *session,
                             const struct balloon_device *device,
                             struct deadline deadline, const char *property,
                             bool *offered, struct failure *failure);

#endif
