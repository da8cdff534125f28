// SPDX-License-Identifier: MIT
// Parsing of a typed guest-stats-polling-interval. Pure.
// QEMU, docs/interop/virtio-balloon-stats.rst. Limits: QEMU's interval is
// whole seconds, 0..4294967295.
#ifndef BALLOON_INTERVAL_H
#define BALLOON_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/failure.h"

// A duration (base/units.h) of whole seconds, `low`..4294967295. `what` is its
// name in the message. CODE_USAGE with the reason.
MUST_USE bool interval_parse(const char *text, const char *what, uint32_t low,
                             uint32_t *seconds, struct failure *failure);

#endif
