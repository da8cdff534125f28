// SPDX-License-Identifier: MIT
// The memory size of a balloon's machine over QMP: the actual size, the RAM,
// and a request for another size.
// QEMU, qapi/machine.json. Limits: the current target is read by target.h.
#ifndef BALLOON_SIZE_QUERY_H
#define BALLOON_SIZE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/balloon.h"
#include "base/attributes.h"

// query-balloon: RAM less the pages that the guest reports in the balloon. QEMU
// does not check the guest's number, so the result can be negative.
MUST_USE bool balloon_actual(const struct balloon *balloon, int64_t *actual,
                             struct failure *failure);

// The RAM from which a target is measured: base memory and DIMMs.
MUST_USE bool balloon_ram(const struct balloon *balloon, uint64_t *ram,
                          struct failure *failure);

// The command `balloon`: sets the target for the guest. No page has moved when
// it returns. QEMU refuses 0 and values of 2^63 and more.
MUST_USE bool balloon_set_target(const struct balloon *balloon, uint64_t value,
                                 struct failure *failure);

// Whether a feature with a property of that name is on: "deflate-on-oom",
// "packed". A QEMU without the property counts as off.
MUST_USE bool balloon_offers(const struct balloon *balloon,
                             const char *property, bool *offered,
                             struct failure *failure);

#endif
