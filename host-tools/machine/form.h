// SPDX-License-Identifier: MIT
// The form of a machine: how the guest is booted, and the transport and the
// ring of its balloon; and the check that these fit together. Pure.
// Limits: knows microvm, q35 and pc; other machine types are left to QEMU.
#ifndef MACHINE_FORM_H
#define MACHINE_FORM_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/failure.h"

// In brackets: the QEMU options.
enum transport {
    TRANSPORT_MMIO_LEGACY,      // virtio-mmio, version 1: QEMU's default
    TRANSPORT_MMIO,             // version 2 (force-legacy=false)
    TRANSPORT_PCI,              // modern only (disable-legacy=on)
    TRANSPORT_PCI_TRANSITIONAL, // both interfaces (both off)
    TRANSPORT_PCI_LEGACY,       // I/O ports only (disable-modern=on)
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

// The option words on the command line.
const char *transport_name(enum transport transport);
const char *ring_name(enum ring ring);
const char *boot_name(enum boot boot);

bool transport_is_pci(enum transport transport);

// Appends the value of QEMU's -device for a virtio device ("balloon", "blk")
// with this id ("": none) on the form's transport, with the form's ring.
void form_describe_device(const struct form *form, const char *device,
                          const char *id, struct buffer *out);

// Whether a machine of this type can have disks of every form (NULL: the
// default): microvm, q35 and pc, whose buses are known here, but not their
// types before 2.5. These give a virtio-blk device the feature SCSI, with which
// QEMU 7.2 makes no modern one, and newer QEMUs have no property to turn it
// off.
bool form_takes_disks(const char *machine);

// The requested option words; NULL: the default. `machine` is QEMU's -M.
struct form_wish {
    const char *machine;   // default: microvm
    const char *transport; // default: pci-transitional on q35 and pc, else
                           // mmio-legacy
    const char *ring;      // default: split
    const char *boot;      // default: pvh
};

// CODE_USAGE, with the reason, for an unknown word and for an impossible
// combination: a transport for which the machine has no bus, a packed ring on a
// legacy transport, UEFI on a machine without UEFI firmware.
MUST_USE bool form_read(const struct form_wish *wish, struct form *form,
                        struct failure *failure);

#endif
