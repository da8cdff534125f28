// SPDX-License-Identifier: MIT
// The block driver on a fake device. Host tests only.
#include "fakes/disk_rig.h"

#include <stdio.h>
#include <string.h>

#include "base/panic.h"
#include "fakes/fake_absence.h"
#include "fakes/fake_io.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "platform/pci/interrupt.h"
#include "virtio/mmio/mmio.h"
#include "virtio/pci/pci.h"
#include "virtio/transport.h"

// A driver that sleeps for ever fails the test.
#define SLEEPS_MAX 1000u

static struct disk_rig the_rig;

bool disk_rig_on_pci(const struct disk_rig *rig)
{
    return rig->form->kind == FAKE_PCI || rig->form->kind == FAKE_PCI_LEGACY;
}

struct disk_rig *disk_rig_new(const struct rig_form *form)
{
    fake_report_clear();
    fake_memory_reset();
    memset(&the_rig, 0, sizeof(the_rig));
    the_rig.form = form;
    fake_device_init_type(&the_rig.fake, form->kind, &fake_disk_type);
    the_rig.fake.offered |= form->offered_also;
    the_rig.fake.disk.capacity = FAKE_DISK_PAGES * UINT64_C(8);
    the_rig.fake.disk.bad_page = FAKE_NO_PAGE;
    the_rig.fake.disk.unsupported = FAKE_NO_PAGE;
    fake_disk_fill(&the_rig.fake);
    if (disk_rig_on_pci(&the_rig)) {
        rig_start_irq();
        fake_pci_init(&the_rig.function, &the_rig.fake, form->vectors);
    }
    assert_that(fake_memory_alloc(BLOCK_REQUESTS * 4096, &the_rig.frames),
                "rig: frames");
    return &the_rig;
}

void disk_rig_destroy(struct disk_rig *rig)
{
    if (disk_rig_on_pci(rig)) {
        pci_interrupts_stop(rig->function.at);
        fake_pci_destroy(&rig->function);
    }
    fake_absence_end();
    fake_device_destroy(&rig->fake);
}

enum error disk_rig_find(struct disk_rig *rig)
{
    if (!disk_rig_on_pci(rig)) {
        return virtio_mmio_probe(&rig->device, fake_device_region());
    }
    const enum error error = virtio_pci_probe(&rig->device, rig->function.at);

    return error == OK ? virtio_pci_connect(&rig->device) : error;
}

void disk_rig_interrupt(struct disk_rig *rig)
{
    if (disk_rig_on_pci(rig)) {
        fake_pci_deliver(&rig->function);
    } else if (fake_device_line(&rig->fake)) {
        virtio_device_interrupt(&rig->device);
    }
}

static void sleep_in_rig(void *ctx)
{
    struct disk_rig *rig = ctx;

    rig->sleeps++;
    assert_that(rig->sleeps <= SLEEPS_MAX, "rig: the driver sleeps for ever");
    if (rig->meanwhile != NULL) {
        rig->meanwhile(rig);
    } else {
        fake_disk_answer(&rig->fake, 1);
    }
    disk_rig_interrupt(rig);
}

enum error disk_rig_start(struct disk_rig *rig)
{
    const struct block_env env = {.ctx = rig, .number = 3, sleep_in_rig};
    const enum error error = disk_rig_find(rig);

    return error != OK ? error : block_start(&rig->block, &rig->device, &env);
}

static void fill_list(struct disk_rig *rig, uint64_t page, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        rig->list[i] = (struct block_io){
            .page = page + i,
            .frame = paddr_add(rig->frames.device, i * UINT64_C(4096)),
            .done = true, // the driver must clear it
        };
    }
}

enum error disk_rig_read(struct disk_rig *rig, uint64_t page, unsigned count)
{
    fill_list(rig, page, count);
    return block_read(&rig->block, rig->list, count);
}

enum error disk_rig_write(struct disk_rig *rig, uint64_t page, unsigned count)
{
    fill_list(rig, page, count);
    return block_write(&rig->block, rig->list, count);
}

unsigned char *disk_rig_frame(struct disk_rig *rig, unsigned index)
{
    return (unsigned char *)rig->frames.cpu + index * (size_t)4096;
}

unsigned disk_rig_done(const struct disk_rig *rig, unsigned count)
{
    unsigned done = 0;

    for (unsigned i = 0; i < count; i++) {
        done += rig->list[i].done ? 1 : 0;
    }
    return done;
}

// The device stops using memory, and its registers read all ones.
void disk_rig_vanish(struct disk_rig *rig)
{
    fake_ring_detach(&rig->fake.queues[0].ring);
    rig->fake.disk.held_count = 0;
    fake_io_disclaim(&rig->fake);
    fake_pci_destroy(&rig->function);
    fake_absence_claim(rig->device.at.common);
    if (!rig->device.transport->legacy) {
        fake_absence_claim(rig->device.at.config);
        fake_absence_claim(rig->device.at.isr);
        fake_absence_claim(rig->device.at.notify);
    }
}

int disk_rig_setup(void **state)
{
    *state = disk_rig_new(*state);
    return 0;
}

int disk_rig_teardown(void **state)
{
    const bool clean = fake_violations()[0] == '\0';

    if (!clean) {
        fprintf(stderr, "violations:\n%slog:\n%s", fake_violations(),
                fake_log());
    }
    disk_rig_destroy(*state);
    return clean ? 0 : -1;
}
