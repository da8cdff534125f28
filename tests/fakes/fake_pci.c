// SPDX-License-Identifier: MIT
// The function's configuration space. PCI Local Bus 3.0, 6.1, 6.2.5.1, 6.7,
// 6.8.2; VIRTIO 1.4, 4.1.4.
#include "fakes/fake_pci.h"

#include <string.h>

#include "fakes/fake_apic.h"
#include "fakes/fake_io.h"
#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"

#define COMMAND 0x04u
#define BARS 0x10u
#define BARS_END 0x28u
#define DECODES_PORTS 1u
#define DECODES_MEMORY 2u
#define MASTER 4u
#define PIN_OFF 0x400u
#define MSIX_ON 0x8000u
#define MSIX_ALL_MASKED 0x4000u

uint32_t fake_pci_peek(const struct fake_pci *function, uint32_t offset,
                       unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++) {
        value |= (uint32_t)function->bytes[offset + i] << (8 * i);
    }
    return value;
}

void fake_pci_poke(struct fake_pci *function, uint32_t offset, unsigned width,
                   uint32_t value)
{
    for (unsigned i = 0; i < width; i++) {
        function->bytes[offset + i] = (uint8_t)(value >> (8 * i));
    }
}

static void allow(struct fake_pci *function, uint32_t offset, unsigned width,
                  uint32_t bits)
{
    for (unsigned i = 0; i < width; i++) {
        function->writable[offset + i] = (uint8_t)(bits >> (8 * i));
    }
}

// --- BARs --------------------------------------------------------------------

static uint64_t address_of(const struct fake_pci *function, unsigned bar)
{
    const uint32_t low = fake_pci_peek(function, BARS + 4 * bar, 4);

    if (function->bars[bar].ports) {
        return low & ~UINT32_C(3);
    }
    const uint64_t high = function->bars[bar].wide
                              ? fake_pci_peek(function, BARS + 4 * bar + 4, 4)
                              : 0;
    return high << 32 | (low & ~UINT32_C(15));
}

// Claims the BARs' current addresses, as far as decoding is on.
static void claim_regions(struct fake_pci *function)
{
    const uint32_t command = fake_pci_peek(function, COMMAND, 2);

    for (unsigned i = 0; i < FAKE_BARS; i++) {
        struct fake_pci_bar *bar = &function->bars[i];
        const uint32_t needed = bar->ports ? DECODES_PORTS : DECODES_MEMORY;

        fake_io_disclaim(bar);
        if (bar->bytes != 0 && (command & needed) != 0) {
            fake_io_claim(&(struct fake_io_region){
                .space = bar->ports ? IO_PORTS : IO_MEMORY,
                .first = address_of(function, i),
                .bytes =
                    bar->bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bar->bytes,
                .device = bar,
                .read = fake_pci_bar_read,
                .write = fake_pci_bar_write,
            });
        }
    }
}

void fake_pci_bar(struct fake_pci *function, unsigned bar, uint64_t bytes,
                  bool ports, bool wide, uint64_t address)
{
    const uint32_t at = BARS + 4 * bar;
    const uint64_t bits = ~(bytes - 1);

    function->bars[bar] = (struct fake_pci_bar){function, bytes, ports, wide};
    fake_pci_poke(function, at, 4,
                  (uint32_t)address | (ports  ? 1u
                                       : wide ? 4u
                                              : 0u));
    allow(function, at, 4, (uint32_t)bits & ~(ports ? 3u : 15u));
    if (wide) {
        fake_pci_poke(function, at + 4, 4, (uint32_t)(address >> 32));
        allow(function, at + 4, 4, (uint32_t)(bits >> 32));
    }
    claim_regions(function);
}

// --- Accesses ----------------------------------------------------------------

static uint32_t read_config(void *context, uint32_t offset, unsigned width)
{
    struct fake_pci *function = context;

    for (unsigned i = 0; i < width; i++) {
        function->config_reads[offset + i]++;
    }
    return fake_pci_peek(function, offset, width);
}

// Only writable registers: in capabilities, only their control bits.
static void judge_write(const struct fake_pci *function, uint32_t offset,
                        unsigned width)
{
    const uint32_t decodes = DECODES_PORTS | DECODES_MEMORY;
    bool any = offset >= BARS && offset < BARS_END;

    if (any && (fake_pci_peek(function, COMMAND, 2) & decodes) != 0) {
        fake_violation("pci: BAR written while it decodes");
    }
    for (unsigned i = 0; i < width; i++) {
        any = any || function->writable[offset + i] != 0;
    }
    if (!any) {
        fake_violation("pci: 0x%02x written, which is read-only", offset);
    }
}

static void follow(struct fake_pci *function)
{
    const uint32_t command = fake_pci_peek(function, COMMAND, 2);

    function->device->reaches_memory = (command & MASTER) != 0;
    function->device->messages =
        function->msix != 0 &&
        (fake_pci_peek(function, function->msix + 2, 2) & MSIX_ON) != 0;
    claim_regions(function);
}

static void write_config(void *context, uint32_t offset, unsigned width,
                         uint32_t value)
{
    struct fake_pci *function = context;

    judge_write(function, offset, width);
    for (unsigned i = 0; i < width; i++) {
        const uint8_t mask = function->writable[offset + i];

        function->config_writes[offset + i]++;
        function->bytes[offset + i] =
            (uint8_t)((function->bytes[offset + i] & ~mask) |
                      (value >> (8 * i) & mask));
    }
    follow(function);
}

// --- Capabilities ------------------------------------------------------------

void fake_pci_forget_list(struct fake_pci *function)
{
    memset(function->bytes + 0x40, 0, PCI_CONFIG_BYTES - 0x40);
    memset(function->writable + 0x40, 0, PCI_CONFIG_BYTES - 0x40);
    fake_pci_poke(function, 0x34, 1, 0);
    function->list_end = 0x33; // its second byte is the pointer to the next one
    function->list_free = 0x40;
    function->msix = 0;
}

uint8_t fake_pci_add(struct fake_pci *function, uint8_t id, unsigned bytes)
{
    const uint8_t at = function->list_free;

    fake_pci_poke(function, function->list_end + 1u, 1, at);
    fake_pci_poke(function, at, 1, id);
    function->list_end = at;
    function->list_free = (uint8_t)(at + (bytes + 3u) / 4 * 4);
    return at;
}

uint8_t fake_pci_add_virtio(struct fake_pci *function, uint8_t type,
                            uint8_t bar, uint32_t offset, uint32_t length)
{
    const uint8_t bytes = type == 2 || type == 5 ? 20 : 16;
    const uint8_t at = fake_pci_add(function, 9, bytes);

    fake_pci_poke(function, at + 2u, 1, bytes);
    fake_pci_poke(function, at + 3u, 1, type);
    fake_pci_poke(function, at + 4u, 1, bar);
    fake_pci_poke(function, at + 8u, 4, offset);
    fake_pci_poke(function, at + 12u, 4, length);
    if (type == 2) {
        fake_pci_poke(function, at + 16u, 4, function->multiplier);
    }
    return at;
}

static void add_msix(struct fake_pci *function, unsigned vectors)
{
    const uint8_t at = fake_pci_add(function, 0x11, 12);

    fake_pci_poke(function, at + 2u, 2, vectors - 1);
    allow(function, at + 2u, 2, MSIX_ON | MSIX_ALL_MASKED);
    fake_pci_poke(function, at + 4u, 4, FAKE_MSIX_BAR);
    fake_pci_poke(function, at + 8u, 4, FAKE_MSIX_BAR | 0x8000);
    function->msix = at;
    function->device->vectors = vectors;
    for (unsigned i = 0; i < FAKE_TABLE_MAX; i++) {
        function->table[i][3] = 1; // masked
    }
    fake_pci_bar(function, FAKE_MSIX_BAR, 0x10000, false, false, 0xfebd0000);
}

static void add_place(struct fake_pci *function, uint8_t type,
                      const struct fake_place *place)
{
    (void)fake_pci_add_virtio(function, type, (uint8_t)place->bar,
                              place->offset, place->bytes);
}

static void make_modern(struct fake_pci *function)
{
    const unsigned bar = FAKE_MODERN_BAR;

    fake_pci_poke(function, 0x02, 2, 0x1040 + function->device->id);
    fake_pci_poke(function, 0x08, 1, 1);
    fake_pci_poke(function, 0x2e, 2, 0x1100);
    function->multiplier = 4;
    function->common = (struct fake_place){bar, 0x0000, 0x1000};
    function->isr = (struct fake_place){bar, 0x1000, 0x1000};
    function->config = (struct fake_place){bar, 0x2000, 0x1000};
    function->notify = (struct fake_place){bar, 0x3000, 0x1000};
    fake_pci_bar(function, bar, 0x4000, false, true, UINT64_C(0x700000c000));
    add_place(function, 1, &function->common);
    add_place(function, 3, &function->isr);
    add_place(function, 4, &function->config);
    add_place(function, 2, &function->notify);
    (void)fake_pci_add_virtio(function, 5, 0, 0,
                              0); // the access window; never used
}

static void make_legacy(struct fake_pci *function)
{
    fake_pci_poke(function, 0x02, 2,
                  function->device->id == 2 ? 0x1001 : 0x1002);
    fake_pci_poke(function, 0x08, 1, 0);
    fake_pci_poke(function, 0x2e, 2, function->device->id);
    fake_pci_bar(function, FAKE_LEGACY_BAR, 0x40, true, false, 0xc040);
}

void fake_pci_init(struct fake_pci *function, struct fake_device *device,
                   unsigned vectors)
{
    memset(function, 0, sizeof(*function));
    function->device = device;
    function->at = (struct pci_address){0, 5, 0};
    fake_pci_forget_list(function);
    fake_pci_poke(function, 0x00, 2, 0x1af4);
    fake_pci_poke(function, 0x06, 2, 0x0010); // has a capability list
    fake_pci_poke(function, 0x2c, 2, 0x1af4);
    fake_pci_poke(function, 0x3c, 1, FAKE_REQUEST);
    fake_pci_poke(function, 0x3d, 1, 1);
    allow(function, COMMAND, 2, 0x0507);
    allow(function, 0x3c, 1, 0xff);
    if (device->kind == FAKE_PCI) {
        make_modern(function);
    } else {
        make_legacy(function);
    }
    if (vectors != 0) {
        add_msix(function, vectors);
    }
    fake_pci_move(function, function->at);
}

void fake_pci_move(struct fake_pci *function, struct pci_address at)
{
    function->at = at;
    fake_pci_disclaim(function);
    fake_pci_claim(&(struct fake_pci_entry){
        .at = at,
        .function = function,
        .read = read_config,
        .write = write_config,
    });
}

void fake_pci_destroy(struct fake_pci *function)
{
    fake_pci_disclaim(function);
    for (unsigned i = 0; i < FAKE_BARS; i++) {
        fake_io_disclaim(&function->bars[i]);
    }
}

// --- Interrupts --------------------------------------------------------------

static void deliver_messages(struct fake_pci *function)
{
    struct fake_device *device = function->device;
    const uint32_t control = fake_pci_peek(function, function->msix + 2u, 2);

    for (unsigned i = 0; i < device->vectors && i < 32; i++) {
        const uint32_t *entry = function->table[i];

        if ((device->messages_sent >> i & 1) != 0 &&
            (control & MSIX_ALL_MASKED) == 0 && (entry[3] & 1) == 0) {
            device->messages_sent &= ~(UINT32_C(1) << i);
            fake_apic_message((uint64_t)entry[1] << 32 | entry[0], entry[2]);
        }
    }
}

static bool pin_active(const struct fake_pci *function)
{
    return fake_device_line(function->device) &&
           (fake_pci_peek(function, COMMAND, 2) & PIN_OFF) == 0;
}

void fake_pci_deliver(struct fake_pci *function)
{
    if (function->device->messages) {
        deliver_messages(function);
    } else if (pin_active(function)) {
        if (!fake_ioapic_raise(FAKE_IOAPIC, FAKE_REQUEST)) {
            fake_violation("interrupt: the pin has no handler");
        } else if (pin_active(function)) {
            fake_violation("interrupt: the pin stays active");
        }
    }
}
