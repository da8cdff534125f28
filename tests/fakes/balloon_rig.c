// SPDX-License-Identifier: MIT
// The balloon driver on a fake device. Host tests only.
#include "fakes/balloon_rig.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/panic.h"
#include "fakes/fake_apic.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "mm/dma.h"
#include "platform/irq.h"
#include "platform/pci/interrupt.h"
#include "virtio/mmio/mmio.h"
#include "virtio/pci/pci.h"

#define RING_PACKED (UINT64_C(1) << 34)
#define IN_ORDER (UINT64_C(1) << 35)

struct rig_form rig_mmio_legacy = {.kind = FAKE_MMIO_LEGACY};
struct rig_form rig_mmio = {.kind = FAKE_MMIO};
struct rig_form rig_pci_legacy = {.kind = FAKE_PCI_LEGACY};
struct rig_form rig_pci_legacy_msix = {.kind = FAKE_PCI_LEGACY, .vectors = 2};
struct rig_form rig_pci = {.kind = FAKE_PCI, .vectors = 2};
struct rig_form rig_pci_pin = {.kind = FAKE_PCI};
struct rig_form rig_mmio_packed = {
    .kind = FAKE_MMIO,
    .offered_also = RING_PACKED,
};
struct rig_form rig_mmio_in_order = {
    .kind = FAKE_MMIO,
    .offered_also = IN_ORDER,
};
struct rig_form rig_mmio_packed_in_order = {
    .kind = FAKE_MMIO,
    .offered_also = RING_PACKED | IN_ORDER,
};
struct rig_form rig_pci_packed = {
    .kind = FAKE_PCI,
    .vectors = 2,
    .offered_also = RING_PACKED,
};

static struct rig the_rig;

bool rig_on_pci(const struct rig *rig)
{
    return rig->form->kind == FAKE_PCI || rig->form->kind == FAKE_PCI_LEGACY;
}

void rig_start_irq(void)
{
    static const struct acpi acpi = {
        .ioapics = {{.address = {FAKE_IOAPIC}}},
        .ioapic_count = 1,
    };

    fake_apic_reset();
    assert_that(irq_start(&acpi) == OK, "rig: interrupt controllers");
}

enum error mm_alloc_dma(size_t bytes, struct dma_block *block)
{
    return fake_memory_alloc(bytes, block) ? OK : ERR_NO_MEMORY;
}

void mm_free_dma(struct dma_block block)
{
    fake_memory_free(block);
}

static void rig_collect(void *ctx, struct balloon_stats *out)
{
    struct rig *rig = ctx;

    if (out->count != 0) {
        fake_violation("env: collect into a used sample");
    }
    rig->collected++;
    rig->free_memory += 4096;
    balloon_stats_add(out, VIRTIO_BALLOON_S_MINFLT, rig->collected);
    balloon_stats_add(out, VIRTIO_BALLOON_S_MEMFREE, rig->free_memory);
    balloon_stats_add(out, VIRTIO_BALLOON_S_MEMTOT, UINT64_MAX - 1);
}

static void rig_before(void *ctx, uint64_t seq,
                       const struct balloon_stats *stats)
{
    struct rig *rig = ctx;
    const struct fake_queue *statsq = &rig->fake.queues[FAKE_STATSQ];

    if (fake_device_live(&rig->fake) && statsq->ring.attached &&
        statsq->ring.held != 0) {
        fake_violation("env: before_send while the device holds the buffer");
    }
    rig->before_seq = seq;
    rig->before_calls++;
    rig->before_accesses = rig->fake.accesses;
    rig->before_samples = rig->fake.samples;
    rig->before_status = rig->fake.status;
    rig->announced = *stats;
}

static void rig_after(void *ctx, uint64_t seq)
{
    struct rig *rig = ctx;

    rig->after_seq = seq;
    rig->after_calls++;
    rig->after_accesses = rig->fake.accesses;
    rig->after_kicks = rig->fake.queues[FAKE_STATSQ].kicks;
}

struct rig *rig_new(const struct rig_form *form)
{
    fake_report_clear();
    fake_memory_reset();
    memset(&the_rig, 0, sizeof(the_rig));
    the_rig.form = form;
    fake_device_init(&the_rig.fake, form->kind);
    the_rig.fake.offered |= form->offered_also;
    if (rig_on_pci(&the_rig)) {
        rig_start_irq();
        fake_pci_init(&the_rig.function, &the_rig.fake, form->vectors);
    }
    the_rig.env = (struct balloon_env){
        .ctx = &the_rig,
        .collect = rig_collect,
        .before_send = rig_before,
        .after_send = rig_after,
    };
    rig_pages_start(&the_rig);
    return &the_rig;
}

void rig_destroy(struct rig *rig)
{
    if (rig_on_pci(rig)) {
        pci_interrupts_stop(rig->function.at);
        fake_pci_destroy(&rig->function);
    }
    fake_device_destroy(&rig->fake);
}

// A device that was probed before is started again without a new probe.
enum error rig_find(struct rig *rig)
{
    if (!rig_on_pci(rig)) {
        return virtio_mmio_probe(&rig->device, fake_device_region());
    }
    pci_interrupts_stop(rig->function.at);
    const enum error error = virtio_pci_probe(&rig->device, rig->function.at);

    return error == OK ? virtio_pci_connect(&rig->device) : error;
}

enum error rig_start(struct rig *rig)
{
    const enum error error = rig_find(rig);

    return error != OK ? error
                       : balloon_start(&rig->balloon, &rig->device, &rig->env);
}

void rig_interrupt(struct rig *rig)
{
    if (rig_on_pci(rig)) {
        fake_pci_deliver(&rig->function);
    } else if (fake_device_line(&rig->fake)) {
        virtio_device_interrupt(&rig->device);
    }
}

enum error rig_wake(struct rig *rig)
{
    rig_interrupt(rig);
    return balloon_serve(&rig->balloon);
}

enum error rig_poll(struct rig *rig)
{
    return fake_device_poll(&rig->fake) ? rig_wake(rig) : ERR_EMPTY;
}

bool rig_taken(const struct rig *rig, uint16_t tag, uint64_t *value)
{
    for (unsigned i = 0; i < rig->fake.entries; i++) {
        if (rig->fake.sample[i].tag == tag) {
            *value = rig->fake.sample[i].value;
            return true;
        }
    }
    return false;
}

unsigned rig_access(const struct rig *rig, char direction,
                    enum fake_register what, uint32_t value, unsigned nth)
{
    for (unsigned i = 0; i < rig->fake.accesses && i < 4096; i++) {
        const struct fake_access *access = &rig->fake.traffic[i];

        if (access->direction == direction && access->what == what &&
            access->value == value && --nth == 0) {
            return i;
        }
    }
    return UINT_MAX;
}

bool rig_truthful(const struct rig *rig)
{
    bool same = rig->fake.entries == rig->announced.count;

    for (unsigned i = 0; same && i < rig->announced.count; i++) {
        same = rig->fake.sample[i].tag == rig->announced.entries[i].tag &&
               rig->fake.sample[i].value == rig->announced.entries[i].value;
    }
    return same;
}

int rig_setup(void **state)
{
    *state = rig_new(*state);
    return 0;
}

int rig_teardown(void **state)
{
    const bool clean = fake_violations()[0] == '\0';

    if (!clean) {
        fprintf(stderr, "violations:\n%slog:\n%s", fake_violations(),
                fake_log());
    }
    rig_destroy(*state);
    return clean ? 0 : -1;
}
