// SPDX-License-Identifier: MIT
// The target of a balloon. No command of QEMU's tells it, but the guest reads
// it out of a register, num_pages, and QEMU's monitor can read that one, too.
// VIRTIO 1.4, 5.5.4. Limits: x86 machines; virtio-mmio, and virtio-pci once
// firmware or guest has given it addresses.
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

// Finds the register in QEMU's tree of memory regions and has the monitor read
// it; reading changes nothing there. Never fails.
void target_read(struct session *session, const struct balloon_device *device,
                 struct deadline deadline, struct target *target);

// What that leaves of the machine's RAM. Pure.
int64_t target_size(const struct target *target, uint64_t ram);

// The number in what the monitor's "xp /1xw" or "i /w" says. Pure.
bool target_word(const char *text, uint64_t *word);

#endif
