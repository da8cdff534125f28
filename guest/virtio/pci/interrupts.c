// SPDX-License-Identifier: MIT
// Interrupts of a PCI device: two messages, one for the configuration and one
// for all queues, or the pin, with the ISR byte as the cause. VIRTIO 1.4,
// 4.1.5.1.2 "MSI-X Vector Configuration", 4.1.5.3, 4.1.5.4.
#include "virtio/pci/pci.h"

#include "base/log.h"
#include "platform/pci/interrupt.h"
#include "virtio/pci/internal.h"
#include "virtio/transport.h"

static bool on_configuration(void *context)
{
    virtio_device_event(context, VIRTIO_EVENT_CONFIG);
    return true;
}

static bool on_queues(void *context)
{
    virtio_device_event(context, VIRTIO_EVENT_QUEUE);
    return true;
}

static bool on_pin(void *context)
{
    return virtio_device_interrupt(context);
}

static void set_msix(struct virtio_device *device, bool msix)
{
    device->msix = msix;
    if (device->transport->locate_config != NULL) {
        device->transport->locate_config(device);
    }
}

// MSI-X left enabled by earlier software would send messages to unknown
// addresses and disable the pin.
static enum error connect_pin(struct virtio_device *device)
{
    const struct pci_address at = pci_of(device);

    pci_interrupts_stop(at);
    set_msix(device, false);
    pci_command_set(at, 0, PCI_COMMAND_INTX_DISABLE);
    return pci_pin_connect(at, on_pin, device);
}

enum error virtio_pci_connect(struct virtio_device *device)
{
    const struct pci_message messages[] = {
        [VECTOR_CONFIG] = {on_configuration, device},
        [VECTOR_QUEUES] = {on_queues, device},
    };
    const enum error error = pci_msix_start(
        pci_of(device), messages, sizeof(messages) / sizeof(messages[0]));

    if (error == OK) {
        set_msix(device, true);
        return OK;
    }
    if (error != ERR_EMPTY) {
        log_line("virtio msix unusable=%s", error_name(error));
    }
    return connect_pin(device);
}

// 4.1.5.1.2.2: a vector is in force only if it reads back.
enum error pci_set_vector(struct virtio_device *device, uint32_t at,
                          uint16_t vector)
{
    if (!device->msix) {
        return OK;
    }
    io_write16(device->at.common, at, vector);
    const uint16_t read_back = io_read16(device->at.common, at);
    if (read_back == vector) {
        return OK;
    }
    log_line("virtio msix refused=%u read_back=0x%x", vector, read_back);
    const enum error error = connect_pin(device);
    return error == ERR_EMPTY ? ERR_UNSUPPORTED : error;
}

void virtio_pci_disconnect(struct virtio_device *device)
{
    const struct pci_address at = pci_of(device);

    pci_interrupts_stop(at);
    pci_command_set(at, PCI_COMMAND_INTX_DISABLE,
                    PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

// Without a function the vendor id reads all ones (PCI Local Bus 3.0, 6.1).
bool pci_is_gone(const struct virtio_device *device)
{
    return pci_read16(pci_of(device), PCI_VENDOR_ID) == UINT16_MAX;
}

void pci_interrupt_ack(const struct virtio_device *device, uint32_t causes)
{
    (void)device;
    (void)causes;
}

void pci_enable_master(const struct virtio_device *device)
{
    pci_command_set(pci_of(device), PCI_COMMAND_MASTER, 0);
}
