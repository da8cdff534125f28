// SPDX-License-Identifier: MIT
// The register map of an MMIO slot, in both versions; all registers have 32
// bits.
// VIRTIO 1.4, 4.2.2, 4.2.4.
#include "fakes/fake_mmio.h"

#include "fakes/fake_registers.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct fake_row legacy_rows[] = {
    {0x000, 4, FAKE_READ, FAKE_MAGIC},
    {0x004, 4, FAKE_READ, FAKE_VERSION},
    {0x008, 4, FAKE_READ, FAKE_ID},
    {0x00c, 4, FAKE_READ, FAKE_VENDOR},
    {0x010, 4, FAKE_READ, FAKE_OFFER},
    {0x014, 4, FAKE_WRITE, FAKE_OFFER_WORD},
    {0x020, 4, FAKE_WRITE, FAKE_ACCEPT},
    {0x024, 4, FAKE_WRITE, FAKE_ACCEPT_WORD},
    {0x028, 4, FAKE_WRITE, FAKE_PAGE_SIZE},
    {0x030, 4, FAKE_WRITE, FAKE_QUEUE_SELECT},
    {0x034, 4, FAKE_READ, FAKE_QUEUE_MAX},
    {0x038, 4, FAKE_WRITE, FAKE_QUEUE_SIZE},
    {0x03c, 4, FAKE_WRITE, FAKE_QUEUE_ALIGN},
    {0x040, 4, FAKE_BOTH, FAKE_QUEUE_PFN},
    {0x050, 4, FAKE_WRITE, FAKE_KICK},
    {0x060, 4, FAKE_READ, FAKE_CAUSES},
    {0x064, 4, FAKE_WRITE, FAKE_CAUSES_DONE},
    {0x070, 4, FAKE_BOTH, FAKE_STATUS},
};

static const struct fake_row modern_rows[] = {
    {0x000, 4, FAKE_READ, FAKE_MAGIC},
    {0x004, 4, FAKE_READ, FAKE_VERSION},
    {0x008, 4, FAKE_READ, FAKE_ID},
    {0x00c, 4, FAKE_READ, FAKE_VENDOR},
    {0x010, 4, FAKE_READ, FAKE_OFFER},
    {0x014, 4, FAKE_WRITE, FAKE_OFFER_WORD},
    {0x020, 4, FAKE_WRITE, FAKE_ACCEPT},
    {0x024, 4, FAKE_WRITE, FAKE_ACCEPT_WORD},
    {0x030, 4, FAKE_WRITE, FAKE_QUEUE_SELECT},
    {0x034, 4, FAKE_READ, FAKE_QUEUE_MAX},
    {0x038, 4, FAKE_WRITE, FAKE_QUEUE_SIZE},
    {0x044, 4, FAKE_BOTH, FAKE_QUEUE_READY},
    {0x050, 4, FAKE_WRITE, FAKE_KICK},
    {0x060, 4, FAKE_READ, FAKE_CAUSES},
    {0x064, 4, FAKE_WRITE, FAKE_CAUSES_DONE},
    {0x070, 4, FAKE_BOTH, FAKE_STATUS},
    {0x080, 4, FAKE_WRITE, FAKE_DESCRIPTORS_LOW},
    {0x084, 4, FAKE_WRITE, FAKE_DESCRIPTORS_HIGH},
    {0x090, 4, FAKE_WRITE, FAKE_AVAILABLE_LOW},
    {0x094, 4, FAKE_WRITE, FAKE_AVAILABLE_HIGH},
    {0x0a0, 4, FAKE_WRITE, FAKE_USED_LOW},
    {0x0a4, 4, FAKE_WRITE, FAKE_USED_HIGH},
    {0x0fc, 4, FAKE_READ, FAKE_GENERATION},
};

static const struct fake_layout legacy_layout = {"mmio version 1", legacy_rows,
                                                 ROWS(legacy_rows), 0x100};
static const struct fake_layout modern_layout = {"mmio version 2", modern_rows,
                                                 ROWS(modern_rows), 0x100};

static const struct fake_layout *layout_of(const struct fake_device *device)
{
    return fake_device_legacy(device) ? &legacy_layout : &modern_layout;
}

uint32_t fake_mmio_read(void *device, uint32_t offset, unsigned width)
{
    return fake_layout_read(device, layout_of(device), 0, offset, width);
}

void fake_mmio_write(void *device, uint32_t offset, unsigned width,
                     uint32_t value)
{
    fake_layout_write(device, layout_of(device), 0, offset, width, value);
}
