// SPDX-License-Identifier: MIT
// A fake PCI function and the driver's view of it, for the tests of virtio over
// PCI.
#ifndef UNIT_VIRTIO_PCI_FUNCTION_H
#define UNIT_VIRTIO_PCI_FUNCTION_H

#include "unit/checks.h"

#include <stdio.h>

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

#define BIT(n) (UINT64_C(1) << (n))

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

// Probes and connects the function that is plugged in.
static inline void connect_device(void)
{
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), OK);
}

// As connect_device, and negotiates features.
static inline void begin_plugged(void)
{
    connect_device();
    assert_int_equal(virtio_device_begin(&device, 0), OK);
}

// Plugs a function in and does both.
static inline void begin(enum fake_kind kind, unsigned vectors)
{
    plug(kind, vectors);
    begin_plugged();
}

// Steps 1 to 6 cause the accesses `steps`, and with MSI-X `vector` after them;
// of the bits 1 and 29 and the driver's own, `features` are accepted.
static inline void expect_steps_1_to_6(enum fake_kind kind, const char *steps,
                                       const char *vector, uint64_t features)
{
    char with_vector[512];

    (void)snprintf(with_vector, sizeof(with_vector), "%s %s", steps, vector);
    for (unsigned vectors = 0; vectors <= 2; vectors += 2) {
        plug(kind, vectors);
        connect_device();
        assert_int_equal(virtio_device_begin(&device, BIT(1) | BIT(29)), OK);
        assert_string_equal(fake_device_traffic(&fake, 0),
                            vectors == 0 ? steps : with_vector);
        assert_int_equal(device.features, features);
        unplug();
    }
}

static inline void expect_queue_in_use_refused(enum fake_kind kind)
{
    uint16_t size = 77;

    plug(kind, 0);
    fake.stale_queue = true;
    begin_plugged();
    assert_int_equal(virtio_device_queue_size(&device, 0, 8, &size),
                     ERR_DEVICE);
    unplug();
}

// A late reset is awaited; one that never ends is given up and logged once.
static inline void expect_reset_awaited(enum fake_kind kind, unsigned vectors)
{
    plug(kind, vectors);
    fake.late_resets = 500;
    begin_plugged();
    fake.late_resets = FAKE_FOREVER;
    assert_int_equal(virtio_device_begin(&device, 0), ERR_TIMEOUT);
    assert_int_equal(fake_log_count("what=virtio_reset awaited=status_0"), 1);
    assert_int_equal(fake.status, 0x80);
    unplug();
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
