// SPDX-License-Identifier: MIT
// Two registers of a balloon device, read through QEMU's human monitor: no QMP
// command tells them. Reading changes neither.
// VIRTIO 1.4, 2.1, 4.1.4.3, 4.2.2, 5.5.4. Limits: x86 machines; virtio-mmio,
// and virtio-pci once firmware or guest has given it addresses.
#ifndef BALLOON_REGISTERS_H
#define BALLOON_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/device.h"
#include "qmp/session.h"

enum registers_kind {
    REGISTERS_NUM_PAGES, // le32, of the configuration space: the target
    REGISTERS_STATUS,    // a byte: how far the driver has come
};

struct registers_value {
    bool known;
    bool unmapped; // the device has such a register, at no address yet
    uint64_t value;
    char reason[200]; // why it is not known, one clause without a full stop
};

// Finds the register in QEMU's tree of memory regions and has the monitor read
// it. Never fails.
void registers_read(struct session *session,
                    const struct balloon_device *device,
                    struct deadline deadline, enum registers_kind kind,
                    struct registers_value *value);

// The number in what the monitor's "xp" or "i" says of one unit. Pure.
bool registers_word(const char *text, uint64_t *word);

#endif
