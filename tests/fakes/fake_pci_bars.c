// SPDX-License-Identifier: MIT
// The contents of the fake function's BARs: the structures of the modern
// interface, the legacy block, the MSI-X table. Registers whose value the
// driver already knows are write-only here.
// VIRTIO 1.4, 4.1.4.3, 4.1.4.4, 4.1.4.5, 4.1.4.10; PCI Local Bus 3.0, 6.8.2.
#include "fakes/fake_pci.h"

#include "fakes/fake_registers.h"
#include "fakes/fake_report.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct fake_row common_rows[] = {
    {0x00, 4, FAKE_WRITE, FAKE_OFFER_WORD},
    {0x04, 4, FAKE_READ, FAKE_OFFER},
    {0x08, 4, FAKE_WRITE, FAKE_ACCEPT_WORD},
    {0x0c, 4, FAKE_WRITE, FAKE_ACCEPT},
    {0x10, 2, FAKE_BOTH, FAKE_CONFIG_VECTOR},
    {0x12, 2, FAKE_READ, FAKE_QUEUE_COUNT},
    {0x14, 1, FAKE_BOTH, FAKE_STATUS},
    {0x15, 1, FAKE_READ, FAKE_GENERATION},
    {0x16, 2, FAKE_WRITE, FAKE_QUEUE_SELECT},
    {0x18, 2, FAKE_BOTH, FAKE_QUEUE_SIZE},
    {0x1a, 2, FAKE_BOTH, FAKE_QUEUE_VECTOR},
    {0x1c, 2, FAKE_BOTH, FAKE_QUEUE_READY},
    {0x1e, 2, FAKE_READ, FAKE_QUEUE_NOTIFY_OFF},
    {0x20, 4, FAKE_WRITE, FAKE_DESCRIPTORS_LOW},
    {0x24, 4, FAKE_WRITE, FAKE_DESCRIPTORS_HIGH},
    {0x28, 4, FAKE_WRITE, FAKE_AVAILABLE_LOW},
    {0x2c, 4, FAKE_WRITE, FAKE_AVAILABLE_HIGH},
    {0x30, 4, FAKE_WRITE, FAKE_USED_LOW},
    {0x34, 4, FAKE_WRITE, FAKE_USED_HIGH},
};

static const struct fake_row isr_rows[] = {{0x00, 1, FAKE_READ, FAKE_ISR}};

// With MSI-X on, the block has two more registers.
static const struct fake_row legacy_rows[] = {
    {0x00, 4, FAKE_READ, FAKE_OFFER},
    {0x04, 4, FAKE_WRITE, FAKE_ACCEPT},
    {0x08, 4, FAKE_BOTH, FAKE_QUEUE_PFN},
    {0x0c, 2, FAKE_READ, FAKE_QUEUE_SIZE},
    {0x0e, 2, FAKE_WRITE, FAKE_QUEUE_SELECT},
    {0x10, 2, FAKE_WRITE, FAKE_KICK},
    {0x12, 1, FAKE_BOTH, FAKE_STATUS},
    {0x13, 1, FAKE_READ, FAKE_ISR},
    {0x14, 2, FAKE_BOTH, FAKE_CONFIG_VECTOR},
    {0x16, 2, FAKE_BOTH, FAKE_QUEUE_VECTOR},
};

static const struct fake_layout common_layout = {
    "common", common_rows, ROWS(common_rows), FAKE_NO_CONFIG};
static const struct fake_layout isr_layout = {"isr", isr_rows, ROWS(isr_rows),
                                              FAKE_NO_CONFIG};
static const struct fake_layout config_layout = {"config", NULL, 0, 0};
static const struct fake_layout legacy_layout = {"legacy", legacy_rows,
                                                 ROWS(legacy_rows) - 2, 0x14};
static const struct fake_layout legacy_msix_layout = {
    "legacy with MSI-X", legacy_rows, ROWS(legacy_rows), 0x18};

static bool inside(const struct fake_place *place, unsigned bar,
                   uint32_t offset)
{
    return place->bar == bar && offset >= place->offset &&
           offset - place->offset < place->bytes;
}

// The window of tables that contains the offset; NULL: none.
static const struct fake_layout *find(const struct fake_pci *function,
                                      unsigned bar, uint32_t offset,
                                      uint32_t *base)
{
    const struct fake_device *device = function->device;

    *base = 0;
    if (device->kind == FAKE_PCI_LEGACY) {
        return bar != FAKE_LEGACY_BAR ? NULL
               : device->messages     ? &legacy_msix_layout
                                      : &legacy_layout;
    }
    const struct {
        const struct fake_place *place;
        const struct fake_layout *layout;
    } windows[] = {{&function->common, &common_layout},
                   {&function->isr, &isr_layout},
                   {&function->config, &config_layout}};
    for (unsigned i = 0; i < ROWS(windows); i++) {
        if (inside(windows[i].place, bar, offset)) {
            *base = windows[i].place->offset;
            return windows[i].layout;
        }
    }
    return NULL;
}

static unsigned number_of(const struct fake_pci_bar *bar)
{
    return (unsigned)(bar - bar->function->bars);
}

// The MSI-X table's field at that offset; NULL: past the table's end.
static uint32_t *table_field(struct fake_pci *function, unsigned bar,
                             uint32_t offset, unsigned width)
{
    return function->msix != 0 && bar == FAKE_MSIX_BAR && width == 4 &&
                   offset / 16 < function->device->vectors
               ? &function->table[offset / 16][offset % 16 / 4]
               : NULL;
}

uint32_t fake_pci_bar_read(void *context, uint32_t offset, unsigned width)
{
    struct fake_pci_bar *bar = context;
    struct fake_pci *function = bar->function;
    uint32_t base = 0;
    const struct fake_layout *layout =
        find(function, number_of(bar), offset, &base);

    if (layout != NULL) {
        return fake_layout_read(function->device, layout, base, offset - base,
                                width);
    }
    const uint32_t *field =
        table_field(function, number_of(bar), offset, width);
    if (field == NULL) {
        fake_violation("pci: %u-bit read of BAR %u, 0x%x", width * 8,
                       number_of(bar), offset);
    }
    return field != NULL ? *field : 0;
}

// 4.1.5.2: 16 bits at the queue's own place, with the queue's number.
static void kick(struct fake_pci *function, uint32_t offset, unsigned width,
                 uint32_t queue)
{
    struct fake_device *device = function->device;
    const uint32_t at = offset - function->notify.offset;

    fake_device_note(device, 'W', FAKE_KICK, offset, queue);
    if (width != 2 || queue >= FAKE_QUEUES ||
        at != device->notify_off[queue] * function->multiplier) {
        fake_violation("notify: %u-bit write of %u to 0x%x", width * 8, queue,
                       at);
        return;
    }
    fake_queue_kick(device, queue);
}

void fake_pci_bar_write(void *context, uint32_t offset, unsigned width,
                        uint32_t value)
{
    struct fake_pci_bar *bar = context;
    struct fake_pci *function = bar->function;
    const unsigned number = number_of(bar);
    uint32_t base = 0;
    const struct fake_layout *layout = find(function, number, offset, &base);

    if (layout != NULL) {
        fake_layout_write(function->device, layout, base, offset - base, width,
                          value);
        return;
    }
    uint32_t *field = table_field(function, number, offset, width);
    if (field != NULL) {
        *field = value;
    } else if (function->device->kind == FAKE_PCI &&
               inside(&function->notify, number, offset)) {
        kick(function, offset, width, value);
    } else {
        fake_violation("pci: %u-bit write of BAR %u, 0x%x", width * 8, number,
                       offset);
    }
}
