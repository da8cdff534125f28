// SPDX-License-Identifier: MIT
// Two registers of a balloon device, read through QEMU's human monitor, because
// no QMP command returns them. The reads have no side effect.
// VIRTIO 1.4, 2.1, 4.1.4.3, 4.2.2, 5.5.4. Limits: x86 machines; virtio-mmio,
// and virtio-pci once the firmware or the guest has assigned addresses.
#ifndef BALLOON_REGISTERS_H
#define BALLOON_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/balloon.h"

enum registers_kind {
    REGISTERS_NUM_PAGES, // le32 in the configuration space: the target
    REGISTERS_STATUS,    // one byte: the device status
};

struct registers_value {
    bool known;
    bool unmapped; // the device has the register, but no address for it yet
    uint64_t value;
    char reason[200]; // if not known: one clause without a full stop
};

// Finds the register in QEMU's tree of memory regions and reads it through the
// monitor. Never fails.
void registers_read(const struct balloon *balloon, enum registers_kind kind,
                    struct registers_value *value);

// Runs a line of the human monitor that prints one number, as "xp" and "i" do.
enum monitor_result {
    MONITOR_NONE,      // QEMU has no human monitor, or does not answer
    MONITOR_NO_NUMBER, // its answer has no number
    MONITOR_NUMBER,
};
enum monitor_result registers_monitor(const struct balloon *balloon,
                                      const char *line, uint64_t *number);

// The number in the monitor's answer to "xp" or "i" for one unit. Pure.
bool registers_word(const char *text, uint64_t *word);

#endif
