// SPDX-License-Identifier: MIT
// What the files of virtio over PCI share: the two transports, the search for
// their registers, their interrupts. VIRTIO 1.4, 4.1 "Virtio Over PCI Bus".
#ifndef VIRTIO_PCI_INTERNAL_H
#define VIRTIO_PCI_INTERNAL_H

#include "platform/pci/pci.h"
#include "virtio/device.h"

#define VECTOR_CONFIG 0u // for the configuration
#define VECTOR_QUEUES 1u // for all queues

extern const struct virtio_transport pci_transport_modern;
extern const struct virtio_transport pci_transport_legacy;

static inline struct pci_address pci_of(const struct virtio_device *device)
{
    return (struct pci_address){
        .bus = (uint8_t)(device->pci_function >> 8),
        .device = (uint8_t)(device->pci_function >> 3 & 31),
        .function = (uint8_t)(device->pci_function & 7),
    };
}

// pci/capabilities.c: the modern register regions. ERR_EMPTY: no virtio
// capability, so perhaps a legacy device. Otherwise as virtio_pci_probe.
enum error pci_modern_find(struct pci_address at,
                           struct virtio_regions *regions) MUST_USE;

// pci/legacy.c: the legacy register regions, errors as virtio_pci_probe.
enum error pci_legacy_find(struct pci_address at,
                           struct virtio_regions *regions) MUST_USE;

// pci/interrupts.c, for the transports. Before the first queue: enables bus
// mastering, so that the device can access memory.
void pci_enable_master(const struct virtio_device *device);
bool pci_is_gone(const struct virtio_device *device);
// While messages are on, writes a vector to the register at that offset of
// `common`; a reset clears it. If it does not read back the device has no
// resources for it, and is moved to the pin. ERR_UNSUPPORTED: there is no pin.
// Otherwise as virtio_pci_connect.
enum error pci_set_vector(struct virtio_device *device, uint32_t at,
                          uint16_t vector) MUST_USE;
// Does nothing: the read of the ISR byte has acknowledged the interrupt
// already.
void pci_interrupt_ack(const struct virtio_device *device, uint32_t causes);

#endif
