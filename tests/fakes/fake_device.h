// SPDX-License-Identifier: MIT
// A device that follows the specification exactly, records every violation by
// the driver and can misbehave on request. Its transport and interface (MMIO or
// PCI, legacy or modern) are data; so is its type, a memory balloon (here and
// in fake_pages.h) or a disk (fake_disk.h). The only header it shares
// with the driver is base/io.h. VIRTIO 1.4, 4 "Virtio Transport Options", 5.5.
#ifndef FAKES_FAKE_DEVICE_H
#define FAKES_FAKE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/io.h"
#include "fakes/fake_disk.h"
#include "fakes/fake_pages.h"
#include "fakes/fake_ring.h"

#define FAKE_QUEUES 5u
#define FAKE_STATSQ 2u
#define FAKE_FOREVER UINT32_MAX

enum fake_kind {
    FAKE_MMIO_LEGACY = 1,
    FAKE_MMIO,
    FAKE_PCI_LEGACY,
    FAKE_PCI,
};

// The registers of all kinds, by purpose. Each kind has some of them, at its
// own offsets (fake_mmio.c, fake_pci_bars.c).
enum fake_register {
    FAKE_NOTHING,
    FAKE_MAGIC,
    FAKE_VERSION,
    FAKE_ID,
    FAKE_VENDOR,
    FAKE_OFFER_WORD,
    FAKE_OFFER,
    FAKE_ACCEPT_WORD,
    FAKE_ACCEPT,
    FAKE_PAGE_SIZE,
    FAKE_QUEUE_SELECT,
    FAKE_QUEUE_MAX,
    FAKE_QUEUE_SIZE,
    FAKE_QUEUE_ALIGN,
    FAKE_QUEUE_PFN,
    FAKE_QUEUE_READY,
    FAKE_QUEUE_VECTOR,
    FAKE_QUEUE_NOTIFY_OFF,
    FAKE_QUEUE_COUNT,
    FAKE_DESCRIPTORS_LOW,
    FAKE_DESCRIPTORS_HIGH,
    FAKE_AVAILABLE_LOW,
    FAKE_AVAILABLE_HIGH,
    FAKE_USED_LOW,
    FAKE_USED_HIGH,
    FAKE_KICK,
    FAKE_CAUSES,      // causes remain until acknowledged
    FAKE_CAUSES_DONE, // acknowledges
    FAKE_ISR,         // reading clears the causes
    FAKE_CONFIG_VECTOR,
    FAKE_STATUS,
    FAKE_GENERATION,
    FAKE_TARGET, // the first 32 bits of the configuration space: the balloon's
                 // num_pages
    FAKE_ACTUAL,
    FAKE_CONFIG, // any other field of the configuration space
};

#define FAKE_NO_VECTOR 0xffffu

// The driver's settings of one queue.
struct fake_queue {
    uint32_t size;
    uint32_t align;
    uint32_t pfn;    // legacy
    bool ready;      // modern
    uint32_t vector; // PCI
    uint64_t descriptors;
    uint64_t available;
    uint64_t used;
    unsigned kicks;
    struct fake_ring ring;
};

struct fake_entry {
    uint16_t tag;
    uint64_t value;
};

struct fake_access {
    char direction; // 'R' or 'W', by the driver
    enum fake_register what;
    uint32_t offset;
    uint32_t value;
};

// What a device type adds: one const table each.
struct fake_type {
    uint32_t id;
    uint64_t offered;      // its own feature bits, as in QEMU's default offer
    unsigned queues;       // in that offer
    unsigned vector_queue; // whose vector tells of used buffers
    void (*take)(struct fake_device *device); // serves the queues
    void (*kicked)(struct fake_device *device, unsigned queue);
    void (*reset)(struct fake_device *device);
    void (*check_live)(struct fake_device *device); // at DRIVER_OK
    uint32_t (*config_read)(struct fake_device *device, uint32_t offset);
    void (*config_write)(struct fake_device *device, uint32_t offset,
                         uint32_t value);
};

struct fake_device {
    const struct fake_type *type;
    // Properties; fake_device_init sets them as QEMU does, a test may change
    // them before the driver starts.
    enum fake_kind kind;
    uint32_t magic;
    uint32_t version; // as the MMIO register shows it
    uint32_t id;
    uint64_t offered;
    uint32_t queue_max[FAKE_QUEUES];
    uint32_t notify_off[FAKE_QUEUES]; // PCI

    // Misbehaviour.
    uint32_t late_resets;  // status reads until a reset is done; FAKE_FOREVER
    uint32_t refusals;     // number of times that FEATURES_OK does not stick
    uint32_t unsettled;    // config reads with a change between their halves
    uint32_t junk_causes;  // additional bits of InterruptStatus
    uint32_t deaf_kicks;   // kicks that are ignored
    bool lazy;             // processes nothing at a kick; see fake_device_run
    bool dead;             // registers work, kicks are ignored; until a reset
    bool hides_taken;      // does not update avail_event
    bool stale_queue;      // queues look in use after a reset
    uint32_t no_vectors;   // vectors that read back as NO_VECTOR
    uint32_t some_vectors; // number of vectors accepted before those

    // Recorded.
    uint32_t status;
    uint32_t num_pages;
    uint32_t actual;
    unsigned actual_writes;
    unsigned resets;
    uint64_t accepted;
    struct fake_queue queues[FAKE_QUEUES];
    struct fake_pages pages; // balloon
    struct fake_disk disk;   // disk
    unsigned samples;        // statistics buffers taken since init
    unsigned entries;        // of the newest one
    struct fake_entry sample[16];

    // Internal state.
    uint32_t causes;
    uint32_t generation;
    bool reaches_memory;    // PCI: bus master
    bool messages;          // PCI: MSI-X is on
    unsigned vectors;       // PCI: entries of the MSI-X table
    unsigned messages_sent; // PCI: a bit for each vector, until delivered
    uint32_t config_vector; // PCI
    bool vector_unread;     // PCI: written, not read back yet
    uint32_t busy_reads;
    uint32_t offer_word, accept_word, queue_word; // selectors
    bool features_written;
    uint32_t page_size;
    struct fake_chain *held; // the statistics buffer
    unsigned accesses;
    struct fake_access traffic[4096];
};

// A well-behaved balloon of that kind with statistics, like QEMU's. A device
// behind MMIO is already in its slot; for PCI see fake_pci.h.
void fake_device_init(struct fake_device *device, enum fake_kind kind);
// The same for another type.
void fake_device_init_type(struct fake_device *device, enum fake_kind kind,
                           const struct fake_type *type);
void fake_device_destroy(struct fake_device *device);
// The MMIO slot.
struct io_region fake_device_region(void);

// Processes the queues of a live device, as after a kick.
void fake_device_run(struct fake_device *device);
// Requests fresh statistics by returning the held buffer. False: none held.
bool fake_device_poll(struct fake_device *device);
// Sets another balloon target, with its interrupt (QEMU's legacy device also
// reports used buffers).
void fake_device_target(struct fake_device *device, uint32_t pages);
// An internal error of the device: NEEDS_RESET on modern, no sign on legacy.
void fake_device_break(struct fake_device *device);
// Raises causes, with or without reason: 1 used buffers, 2 configuration. They
// become messages where MSI-X is on.
void fake_device_raise(struct fake_device *device, uint32_t causes);
// Level of the interrupt line or pin.
bool fake_device_line(const struct fake_device *device);

// Register accesses from number `from` on as text: "W070=0 R070=0 ...".
const char *fake_device_traffic(const struct fake_device *device,
                                unsigned from);

// Shared by the fake's files; see also fake_registers.h.
extern const struct fake_type fake_balloon;
bool fake_device_legacy(const struct fake_device *device);
bool fake_device_live(const struct fake_device *device);

#endif
