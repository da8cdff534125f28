// SPDX-License-Identifier: MIT
// Identification of a PCI function: whether it is a virtio device, its type,
// and its interface. VIRTIO 1.4, 4.1.2 "PCI Device Discovery", 4.1.5.1.1
// "Virtio Device Configuration Layout Detection".
#include "virtio/pci/pci.h"

#include "base/log.h"
#include "virtio/pci/internal.h"
#include "virtio/transport.h"

#define VENDOR_VIRTIO 0x1af4u
#define TRANSITIONAL_FIRST 0x1000u
#define MODERN_FIRST 0x1040u // plus the device type
#define MODERN_LAST 0x107fu

// 4.1.2: these ids determine the type.
static const struct {
    uint16_t id;
    uint8_t type;
} transitional_ids[] = {
    {0x1000, 1}, // network card
    {0x1001, 2}, // block device
    {0x1002, 5}, // memory balloon
    {0x1003, 3}, // console
    {0x1004, 8}, // SCSI host
    {0x1005, 4}, // entropy source
    {0x1009, 9}, // 9P transport
};

// Any other one has its type in the subsystem id (4.1.2.3).
static uint32_t transitional_type(struct pci_address at, uint16_t id)
{
    for (size_t i = 0;
         i < sizeof(transitional_ids) / sizeof(transitional_ids[0]); i++) {
        if (transitional_ids[i].id == id) {
            return transitional_ids[i].type;
        }
    }
    return pci_read16(at, PCI_SUBSYSTEM_ID);
}

uint32_t virtio_pci_type(struct pci_address at)
{
    if (pci_read16(at, PCI_VENDOR_ID) != VENDOR_VIRTIO) {
        return 0;
    }
    const uint16_t id = pci_read16(at, PCI_DEVICE_ID);
    if (id >= MODERN_FIRST && id <= MODERN_LAST) {
        return id - MODERN_FIRST;
    }
    return id >= TRANSITIONAL_FIRST && id < MODERN_FIRST
               ? transitional_type(at, id)
               : 0;
}

// The capabilities decide, not the id: virtio capabilities mean the modern
// interface, also for a transitional device; none, the legacy one.
enum error virtio_pci_probe(struct virtio_device *device, struct pci_address at)
{
    const uint32_t type = virtio_pci_type(at);

    if (type == 0) {
        return ERR_EMPTY;
    }
    *device = (struct virtio_device){
        .transport = &pci_transport_modern,
        .device_id = type,
        .on_pci = true,
        .pci_function = (uint16_t)(at.bus << 8 | at.device << 3 | at.function),
        .state = VIRTIO_FOUND,
    };
    enum error error = pci_modern_find(at, &device->at);
    if (error == ERR_EMPTY) {
        device->transport = &pci_transport_legacy;
        error = pci_legacy_find(at, &device->at);
    }
    return error;
}
