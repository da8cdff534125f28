// SPDX-License-Identifier: MIT
// Shared by the fake device's files: registers by purpose, and the tables that
// give each interface's offsets.
#ifndef FAKES_FAKE_REGISTERS_H
#define FAKES_FAKE_REGISTERS_H

#include "fakes/fake_device.h"

#define FAKE_READ 1u
#define FAKE_WRITE 2u
#define FAKE_BOTH 3u

struct fake_row {
    uint32_t offset;
    unsigned width; // bytes; another width is a violation
    unsigned directions;
    enum fake_register what;
};

#define FAKE_NO_CONFIG UINT32_MAX

// One region. An offset in neither the rows nor the configuration space does
// not exist.
struct fake_layout {
    const char *name;
    const struct fake_row *rows;
    unsigned count;
    uint32_t config; // offset of the configuration space
};

// An access through a region, checked and recorded; the recorded offset counts
// from `base`.
uint32_t fake_layout_read(struct fake_device *device,
                          const struct fake_layout *layout, uint32_t base,
                          uint32_t offset, unsigned width);
void fake_layout_write(struct fake_device *device,
                       const struct fake_layout *layout, uint32_t base,
                       uint32_t offset, unsigned width, uint32_t value);

// Records an access that is in no table.
void fake_device_note(struct fake_device *device, char direction,
                      enum fake_register what, uint32_t offset, uint32_t value);

// fake_queue.c, fake_status.c.
uint32_t fake_queue_read(struct fake_device *device, enum fake_register what);
void fake_queue_write(struct fake_device *device, enum fake_register what,
                      uint32_t value);
void fake_queue_kick(struct fake_device *device, uint32_t index);
// The queues after a reset, and initially.
void fake_queue_reset(struct fake_device *device);
void fake_status_write(struct fake_device *device, uint32_t value);

#endif
