// SPDX-License-Identifier: MIT
// Slots are probed from the last to the first, the order in which QEMU fills
// them: usually the first probe succeeds. Then the PCI functions, in ascending
// order. A placeholder or a device of another type is skipped; its other
// registers are not accessed. VIRTIO 1.4, 4.2.2 "MMIO Device Register Layout".
#include "virtio/probe.h"

#include "arch/x86_64/paging.h"
#include "base/log.h"
#include "platform/irq.h"
#include "platform/pci/assign.h"
#include "platform/pci/interrupt.h"
#include "platform/pci/walk.h"
#include "virtio/mmio/mmio.h"
#include "virtio/pci/internal.h"
#include "virtio/pci/pci.h"
#include "virtio/transport.h"

static bool on_mmio_interrupt(void *context)
{
    return virtio_device_interrupt(context);
}

// QEMU wires virtio-mmio as level-triggered, active high.
static enum error probe_slot(const struct machine_slot *slot,
                             uint32_t device_id, struct virtio_device *device,
                             const char **what)
{
    const struct irq_line line = {.gsi = slot->gsi};
    struct io_region region;
    enum error error = paging_map_device(slot->base, slot->bytes, &region);

    *what = "slot can't be mapped";
    if (error != OK) {
        return error;
    }
    if (virtio_mmio_probe(device, region) != OK ||
        device->device_id != device_id) {
        return ERR_EMPTY;
    }
    *what = "slot's interrupt has no route";
    error = irq_connect(&line, on_mmio_interrupt, device);
    if (error == OK) {
        log_line("virtio found id=%u transport=%s address=%#llx gsi=%u",
                 device_id, device->transport->name,
                 (unsigned long long)slot->base.value, slot->gsi);
    }
    return error;
}

static enum error probe_slots(const struct machine *machine, uint32_t device_id,
                              struct virtio_device *device,
                              struct virtio_search *search)
{
    enum error error = ERR_EMPTY;

    while (error == ERR_EMPTY && search->slots < machine->slot_count) {
        search->slots++;
        error = probe_slot(&machine->slots[machine->slot_count - search->slots],
                           device_id, device, &search->what);
    }
    return error;
}

static void log_function(struct pci_address at)
{
    log_line("pci function at=%02x:%02x.%x id=%04x:%04x class=%06x", at.bus,
             at.device, at.function, pci_read16(at, PCI_VENDOR_ID),
             pci_read16(at, PCI_DEVICE_ID),
             pci_read32(at, PCI_REVISION_ID) >> 8);
}

static void log_found(const struct virtio_device *device, struct pci_address at)
{
    uint32_t gsi;
    const bool pin = pci_pin_gsi(at, &gsi) == OK;
    const char *const name = device->transport->name;

    if (pin) {
        log_line("virtio found id=%u transport=%s pci=%02x:%02x.%x gsi=%u",
                 device->device_id, name, at.bus, at.device, at.function, gsi);
    } else {
        log_line("virtio found id=%u transport=%s pci=%02x:%02x.%x irq=msix",
                 device->device_id, name, at.bus, at.device, at.function);
    }
}

// Faults of a device of another type are not checked.
static enum error probe_function(struct pci_address at, uint32_t device_id,
                                 struct virtio_device *device,
                                 const char **what)
{
    if (virtio_pci_type(at) != device_id) {
        return ERR_EMPTY;
    }
    pci_assign(at); // a register without room may not be needed
    enum error error = virtio_pci_probe(device, at);
    *what = "PCI function can't be used";
    if (error == OK && device->device_id != device_id) {
        error = ERR_DEVICE; // not the type read before
    }
    if (error != OK) {
        return error == ERR_EMPTY ? ERR_UNSUPPORTED : error;
    }
    *what = "PCI function's interrupt has no route";
    error = virtio_pci_connect(device);
    if (error == OK) {
        log_found(device, at);
    }
    return error == ERR_EMPTY ? ERR_UNSUPPORTED : error;
}

enum error virtio_probe_pci(uint32_t device_id, struct virtio_device *device,
                            struct virtio_search *search)
{
    struct pci_address at;
    enum error error = ERR_EMPTY;

    if (!search->on_pci) {
        search->on_pci = true;
        pci_walk_begin(&search->walk);
    }
    while (error == ERR_EMPTY && pci_walk_next(&search->walk, &at)) {
        search->functions++;
        if (!search->quiet) {
            log_function(at);
        }
        error = probe_function(at, device_id, device, &search->what);
    }
    return error;
}

enum error virtio_probe_next(const struct machine *machine, uint32_t device_id,
                             struct virtio_device *device,
                             struct virtio_search *search)
{
    const enum error error = probe_slots(machine, device_id, device, search);

    return error == ERR_EMPTY ? virtio_probe_pci(device_id, device, search)
                              : error;
}

enum error virtio_probe(const struct machine *machine, uint32_t device_id,
                        struct virtio_device *device,
                        struct virtio_search *search)
{
    *search = (struct virtio_search){.what = ""};
    return virtio_probe_next(machine, device_id, device, search);
}

bool virtio_function(const struct virtio_device *device, struct pci_address *at)
{
    *at = pci_of(device);
    return device->on_pci;
}

void virtio_release(struct virtio_device *device)
{
    const struct pci_address at = pci_of(device);

    log_line("virtio released id=%u pci=%02x:%02x.%x", device->device_id,
             at.bus, at.device, at.function);
    virtio_pci_disconnect(device);
}
