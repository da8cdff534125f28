// SPDX-License-Identifier: MIT
// Virtio over PCI, both interfaces: the modern one, found by capabilities, and
// the legacy one, a block of I/O ports. Finds a device and connects its
// interrupts; device.h drives it. VIRTIO 1.4, 4.1 "Virtio Over PCI Bus".
#ifndef VIRTIO_PCI_PCI_H
#define VIRTIO_PCI_PCI_H

#include "base/error.h"
#include "platform/pci/pci.h"
#include "virtio/device.h"

// The virtio device type of a function, by its identification only; 0, which no
// type has: not a virtio device.
uint32_t virtio_pci_type(struct pci_address at);

// Probes one function and, on OK, fills the device (state FOUND). Its registers
// are reachable then and none was written. ERR_EMPTY: not a virtio device;
// nothing was logged. ERR_UNSUPPORTED: a virtio device without a supported
// interface; logged. ERR_INVALID: the device contradicts itself or has no
// address; logged by name.
enum error virtio_pci_probe(struct virtio_device *device,
                            struct pci_address at) MUST_USE;

// Connects the device's interrupts: MSI-X messages if the function has enough
// vectors (device->msix is set then), otherwise the pin. *device must stay at
// its address until virtio_pci_disconnect. A device that refuses a vector
// later, when it is started, is moved to the pin. Errors as pci_pin_connect's.
enum error virtio_pci_connect(struct virtio_device *device) MUST_USE;

// Undoes both, for a device that was reset or is gone: it no longer interrupts,
// decodes no address and accesses no memory.
void virtio_pci_disconnect(struct virtio_device *device);

#endif
