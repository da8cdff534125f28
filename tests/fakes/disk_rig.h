// SPDX-License-Identifier: MIT
// The fixture of the block driver's tests: the driver on a fake disk, 16 frames
// to read into and write from, and a sleep in which the test decides what
// happens. One rig at a time. Forms and memory are those of balloon_rig.h.
#ifndef FAKES_DISK_RIG_H
#define FAKES_DISK_RIG_H

#include "drivers/block/block.h"
#include "fakes/balloon_rig.h"
#include "fakes/fake_device.h"
#include "fakes/fake_pci.h"

// Memory blocks that a running driver holds: ring, private state, the page
// shared for requests.
#define DISK_RIG_BLOCKS 3u

struct disk_rig {
    const struct rig_form *form;
    struct fake_device fake;
    struct fake_pci function; // PCI
    struct virtio_device device;
    struct block block;
    struct dma_block frames;
    struct block_io list[BLOCK_REQUESTS];
    // Called in each sleep, before the interrupts are delivered; NULL: the
    // device answers one request.
    void (*meanwhile)(struct disk_rig *rig);
    unsigned sleeps;
};

// A fresh rig on a well-behaved, filled disk as described; nothing is started.
struct disk_rig *disk_rig_new(const struct rig_form *form);
void disk_rig_destroy(struct disk_rig *rig);
bool disk_rig_on_pci(const struct disk_rig *rig);

// Probes the device, connects its interrupts, starts the driver.
enum error disk_rig_find(struct disk_rig *rig);
enum error disk_rig_start(struct disk_rig *rig);
// Delivers the pending interrupts.
void disk_rig_interrupt(struct disk_rig *rig);

// Reads or writes `count` pages from `page` on, through frames 0 on.
enum error disk_rig_read(struct disk_rig *rig, uint64_t page, unsigned count);
enum error disk_rig_write(struct disk_rig *rig, uint64_t page, unsigned count);
unsigned char *disk_rig_frame(struct disk_rig *rig, unsigned index);
// Pages of the last call that are done.
unsigned disk_rig_done(const struct disk_rig *rig, unsigned count);

// Removes the device from its PCI bus, at once.
void disk_rig_vanish(struct disk_rig *rig);

// For cmocka: as rig_setup and rig_teardown.
int disk_rig_setup(void **state);
int disk_rig_teardown(void **state);

#define DISK_TEST(function, form)                                              \
    {                                                                          \
        .name = #function " (" #form ")", .test_func = (function),             \
        .setup_func = disk_rig_setup, .teardown_func = disk_rig_teardown,      \
        .initial_state = &rig_##form,                                          \
    }
#define DISK_TEST_LEGACY(function)                                             \
    DISK_TEST(function, mmio_legacy), DISK_TEST(function, pci_legacy),         \
        DISK_TEST(function, pci_legacy_msix)
#define DISK_TEST_MODERN_SPLIT(function)                                       \
    DISK_TEST(function, mmio), DISK_TEST(function, pci),                       \
        DISK_TEST(function, pci_pin), DISK_TEST(function, mmio_in_order)
#define DISK_TEST_PACKED(function)                                             \
    DISK_TEST(function, mmio_packed), DISK_TEST(function, pci_packed),         \
        DISK_TEST(function, mmio_packed_in_order)
#define DISK_TEST_MODERN(function)                                             \
    DISK_TEST_MODERN_SPLIT(function), DISK_TEST_PACKED(function)
#define DISK_TEST_ALL(function)                                                \
    DISK_TEST_LEGACY(function), DISK_TEST_MODERN(function)
#define DISK_TEST_PCI(function)                                                \
    DISK_TEST(function, pci), DISK_TEST(function, pci_pin),                    \
        DISK_TEST(function, pci_legacy), DISK_TEST(function, pci_packed)

#endif
