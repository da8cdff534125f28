// SPDX-License-Identifier: MIT
// Finding a device by its type among the machine's slots and PCI functions. The
// one place in virtio, beside the transports, that knows of the platform.
// VIRTIO 1.4, 4.1.2 "PCI Device Discovery", 4.2.1 "MMIO Device Discovery".
#ifndef VIRTIO_PROBE_H
#define VIRTIO_PROBE_H

#include "base/error.h"
#include "platform/machine.h"
#include "platform/pci.h"
#include "virtio/device.h"

// Where was looked, and what was wrong where the search ended.
struct virtio_search {
    bool quiet; // names no function but the one that it takes
    unsigned slots;
    unsigned functions; // of PCI; any, not only virtio's
    const char *what;
};

// Looks at every slot and then at every PCI function, and takes the first
// device of the type (5: a balloon): fills *device and connects its interrupt
// to it. A PCI function that firmware never saw is given addresses. ERR_EMPTY:
// there is none. Otherwise there is one that can't be used, and search->what
// says why.
MUST_USE enum error virtio_probe(const struct machine *machine,
                                 uint32_t device_id,
                                 struct virtio_device *device,
                                 struct virtio_search *search);

// The same for PCI functions alone; adds to the search, which begins zeroed
// but for `quiet`.
MUST_USE enum error virtio_probe_pci(uint32_t device_id,
                                     struct virtio_device *device,
                                     struct virtio_search *search);

// The PCI function that the device is. False: it is none.
bool virtio_function(const struct virtio_device *device,
                     struct pci_address *at);

// Undoes finding a PCI device, after it was reset or when it is gone: its
// interrupts, its addresses. Not to be used then until it is found again.
void virtio_release(struct virtio_device *device);

#endif
