// SPDX-License-Identifier: MIT
// Virtio over PCI, both interfaces: the modern one, found by capabilities, and
// the legacy one, a block of I/O ports. Finds a device and lets it interrupt;
// device.h drives it. VIRTIO 1.4, 4.1 "Virtio Over PCI Bus".
#ifndef VIRTIO_PCI_H
#define VIRTIO_PCI_H

#include "base/error.h"
#include "platform/pci.h"
#include "virtio/device.h"

// The virtio device type of a function, by its identification alone; 0, which
// no type is: not a virtio device.
uint32_t virtio_pci_type(struct pci_address at);

// Looks at one function and, on OK, fills the device (state FOUND). Its
// registers are reachable then and nothing was written to them. ERR_EMPTY:
// not a virtio device; nothing was logged. ERR_UNSUPPORTED: a virtio device
// without an interface that is known here; logged. ERR_INVALID: one that
// contradicts itself, or that nobody gave an address; logged by name.
enum error virtio_pci_probe(struct virtio_device *device,
                            struct pci_address at) MUST_USE;

// Lets the device interrupt: by messages where the function has enough vectors
// (device->at.messages says so), by its pin where not. *device must stay where
// it is until pci_interrupts_stop. A device that refuses a vector later, when
// it is started, goes over to the pin by itself. Errors as pci_pin_connect's.
enum error virtio_pci_connect(struct virtio_device *device) MUST_USE;

// The opposite of both, for a device that was reset or is gone: it interrupts
// nobody any more, answers at no address, and reaches no memory.
void virtio_pci_disconnect(struct virtio_device *device);

#endif
