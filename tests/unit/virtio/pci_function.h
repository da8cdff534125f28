// SPDX-License-Identifier: MIT
// A fake PCI function and the driver's view of it, for the tests of virtio over
// PCI.
#ifndef UNIT_VIRTIO_PCI_FUNCTION_H
#define UNIT_VIRTIO_PCI_FUNCTION_H

#include "unit/checks.h"

#include "fakes/fake_apic.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_pci.h"
#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"
#include "platform/irq.h"
#include "platform/pci/interrupt.h"
#include "virtio/pci/pci.h"
#include "virtio/queue/queue.h"
#include "virtio/transport.h"

static struct fake_device fake;
static struct fake_pci function;
static struct virtio_device device;

// Plugs a function of that kind, with a PC's interrupt controllers.
static inline void plug(enum fake_kind kind, unsigned vectors)
{
    static const struct acpi acpi = {
        .ioapics = {{.address = {FAKE_IOAPIC}}},
        .ioapic_count = 1,
    };

    fake_report_clear();
    fake_memory_reset();
    fake_apic_reset();
    assert_int_equal(irq_start(&acpi), OK);
    fake_report_clear();
    fake_device_init(&fake, kind);
    fake_pci_init(&function, &fake, vectors);
}

static inline enum error probe(void)
{
    return virtio_pci_probe(&device, function.at);
}

static inline void unplug(void)
{
    assert_string_equal(fake_violations(), "");
    pci_interrupts_stop(function.at);
    fake_pci_destroy(&function);
    fake_device_destroy(&fake);
}

// Probes, connects and negotiates features.
static inline void begin(enum fake_kind kind, unsigned vectors)
{
    plug(kind, vectors);
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), OK);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
}

// Sets queue `index` up in fresh memory; its register accesses are in the
// traffic from *from on.
static inline enum error set_up(uint16_t index, uint16_t wanted,
                                struct dma_block *ring, unsigned *from)
{
    static uint64_t private_memory[1 << 16];
    struct virtqueue *queue = NULL;
    struct virtio_queue_memory memory = {
        .private_memory = private_memory,
        .private_bytes = sizeof(private_memory),
    };

    *from = fake.accesses;
    enum error error =
        virtio_device_queue_size(&device, index, wanted, &memory.size);
    if (error != OK) {
        return error;
    }
    assert_true(fake_memory_alloc(
        virtio_device_ring_bytes(&device, memory.size), ring));
    memory.ring = *ring;
    error = virtio_device_add_queue(&device, index, &memory, &queue);
    assert_int_equal(queue != NULL, error == OK);
    return error;
}

#endif
