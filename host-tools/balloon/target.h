// SPDX-License-Identifier: MIT
// The target of a balloon. No QMP command returns it; the tool reads it from
// num_pages, as the guest does. VIRTIO 1.4, 5.5.4. Limits: those of
// registers.h.
#ifndef BALLOON_TARGET_H
#define BALLOON_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/balloon.h"

struct target {
    bool known;
    uint64_t pages;   // of 4 KiB, wanted in the balloon
    char reason[200]; // if not known: one clause without a full stop
};

// Uses registers_read; never fails.
void target_read(const struct balloon *balloon, struct target *target);

// The size of the guest at that target. Pure.
int64_t target_size(const struct target *target, uint64_t ram);

#endif
