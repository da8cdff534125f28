// SPDX-License-Identifier: MIT
// The doors of a machine: how its guest is booted, over which transport and
// with which ring its balloon is driven; and which of them go together.
// Limits: knows microvm, q35 and pc by name; of other types QEMU judges. Pure.
#ifndef MACHINE_FORM_H
#define MACHINE_FORM_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

// In brackets: what QEMU is told about the device.
enum transport {
    TRANSPORT_MMIO_LEGACY,      // virtio-mmio, version 1: QEMU's default
    TRANSPORT_MMIO,             // version 2 (force-legacy=false)
    TRANSPORT_PCI,              // modern alone (disable-legacy=on)
    TRANSPORT_PCI_TRANSITIONAL, // both interfaces (both off)
    TRANSPORT_PCI_LEGACY,       // I/O ports alone (disable-modern=on)
    TRANSPORTS
};

enum ring {
    RING_SPLIT,
    RING_PACKED, // packed=on; modern interface only
    RINGS
};

enum boot {
    BOOT_PVH,  // -kernel aerostat.elf
    BOOT_UEFI, // UEFI firmware, -kernel aerostat.efi
    BOOT_ESP,  // UEFI firmware, aerostat.img as a disk
    BOOTS
};

struct form {
    enum transport transport;
    enum ring ring;
    enum boot boot;
};

// The words on the command line.
const char *transport_name(enum transport transport);
const char *ring_name(enum ring ring);
const char *boot_name(enum boot boot);

bool transport_is_pci(enum transport transport);

// What was asked for; NULL is the default. `machine` is QEMU's -M.
struct form_wish {
    const char *machine;   // microvm
    const char *transport; // of microvm mmio-legacy, of q35 and pc
                           // pci-transitional
    const char *ring;      // split
    const char *boot;      // pvh
};

// CODE_USAGE for a word that is none, and for what cannot be: a transport that
// the machine has no bus for, a packed ring on a legacy transport, UEFI where
// no firmware does it. The failure says why.
MUST_USE bool form_read(const struct form_wish *wish, struct form *form,
                        struct failure *failure);

#endif
