// SPDX-License-Identifier: MIT
// Finding devices by their type among the machine's slots and PCI functions.
// VIRTIO 1.4, 4.1.2 "PCI Device Discovery", 4.2.1 "MMIO Device Discovery".
#ifndef VIRTIO_PROBE_H
#define VIRTIO_PROBE_H

#include "base/error.h"
#include "platform/machine.h"
#include "platform/pci/pci.h"
#include "platform/pci/walk.h"
#include "virtio/device.h"

// Extent of the search, and the reason why it ended. Starts zeroed except for
// `quiet`.
struct virtio_search {
    bool quiet;         // logs only the function that is chosen
    unsigned slots;     // probed so far
    unsigned functions; // PCI functions of any vendor
    const char *what;
    bool on_pci; // the slots are done
    struct pci_walk walk;
};

// Probes every slot and then every PCI function, takes the first device of the
// type (5: a balloon), fills *device and connects its interrupt. A PCI function
// that firmware did not configure is assigned addresses. ERR_EMPTY: there is
// none. Other errors: there is one that can't be used; search->what is the
// reason.
MUST_USE enum error virtio_probe(const struct machine *machine,
                                 uint32_t device_id,
                                 struct virtio_device *device,
                                 struct virtio_search *search);

// Continues the search behind the device, usable or not, at which it ended:
// calls until ERR_EMPTY find every device of the type. The first call starts
// the search.
MUST_USE enum error virtio_probe_next(const struct machine *machine,
                                      uint32_t device_id,
                                      struct virtio_device *device,
                                      struct virtio_search *search);

// As virtio_probe, for PCI functions only; adds to the search.
MUST_USE enum error virtio_probe_pci(uint32_t device_id,
                                     struct virtio_device *device,
                                     struct virtio_search *search);

// The device's PCI function. False: it is not on PCI.
bool virtio_function(const struct virtio_device *device,
                     struct pci_address *at);

// Undoes the probe of a PCI device, after it was reset or when it is gone: its
// interrupts and its addresses. It must be probed again before further use.
void virtio_release(struct virtio_device *device);

#endif
