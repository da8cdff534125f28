// SPDX-License-Identifier: MIT
// MSI-X tables and pins. A message is a write to the local APIC's registers:
// its address names the CPU, its data the vector. PCI Local Bus 3.0, 6.8.2;
// Intel SDM volume 3, 11.11 "Message Signalled Interrupts".
#include "platform/pci/interrupt.h"

#include "arch/x86_64/apic.h"
#include "base/log.h"
#include "base/panic.h"
#include "platform/irq.h"
#include "platform/pci/pin.h"
#include "platform/pci/walk.h"

//  the capability                    an entry of the table
//
//  +0   id   next   control          +0   address, lower half
//  +4   table: offset, BAR           +4   address, upper half
//  +8   pending bits: offset, BAR    +8   data
//                                    +12  bit 0: masked
enum {
    MSIX_CONTROL = 2, // 16 bits
    MSIX_TABLE = 4,   // 32 bits
    MSIX_BYTES = 12,
    ENTRY_ADDRESS = 0, // 32 bits, as each field
    ENTRY_ADDRESS_UPPER = 4,
    ENTRY_DATA = 8,
    ENTRY_CONTROL = 12,
    ENTRY_BYTES = 16,
    ENTRY_MASKED = 1,
};
#define CONTROL_ENABLE 0x8000u
#define CONTROL_MASK_ALL 0x4000u
#define CONTROL_LAST_ENTRY 0x07ffu
#define TABLE_BAR 0x7u
#define MESSAGE_ADDRESS 0xfee00000u // bits 12 to 19: the APIC's id

// Functions with connected interrupts: by vectors or by a pin.
#define FUNCTIONS 12
#define MESSAGES 4

static struct interrupter {
    bool used;
    struct pci_address at;
    unsigned vectors; // 0: the pin
    uint8_t vector[MESSAGES];
    uint32_t gsi;
    irq_handler *handler;
    void *context;
} interrupters[FUNCTIONS];

static unsigned interrupter_count; // entries that were ever in use

static bool same_address(struct pci_address a, struct pci_address b)
{
    return a.bus == b.bus && a.device == b.device && a.function == b.function;
}

static struct interrupter *find_interrupter(struct pci_address at)
{
    for (unsigned i = 0; i < interrupter_count; i++) {
        if (interrupters[i].used && same_address(interrupters[i].at, at)) {
            return &interrupters[i];
        }
    }
    return NULL;
}

static struct interrupter *find_free_interrupter(void)
{
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        if (!interrupters[i].used) {
            interrupter_count =
                interrupter_count > i ? interrupter_count : i + 1;
            return &interrupters[i];
        }
    }
    return NULL;
}

// --- Messages ----------------------------------------------------------------

static enum error find_msix(struct pci_address at, uint8_t *capability)
{
    const enum error error =
        pci_next_capability(at, PCI_CAPABILITY_MSIX, 0, capability);

    if (error == OK && *capability > PCI_CONFIG_BYTES - MSIX_BYTES) {
        return ERR_INVALID;
    }
    return error;
}

static enum error open_msix_table(struct pci_address at, uint8_t capability,
                                  unsigned entries, struct io_region *table)
{
    const uint32_t where = pci_read32(at, capability + MSIX_TABLE);
    struct pci_bar bar;

    if (pci_bar_read(at, where & TABLE_BAR, &bar) != OK ||
        bar.space != IO_MEMORY) {
        return ERR_INVALID;
    }
    return pci_bar_open(at, &bar, where & ~TABLE_BAR, entries * ENTRY_BYTES,
                        table);
}

static void release_vectors(struct interrupter *interrupter)
{
    while (interrupter->vectors > 0) {
        irq_vector_free(interrupter->vector[--interrupter->vectors]);
    }
}

static enum error take_vectors(struct interrupter *interrupter,
                               const struct pci_message *messages,
                               unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const enum error error = irq_vector_alloc(
            messages[i].handler, messages[i].context, &interrupter->vector[i]);

        if (error != OK) {
            release_vectors(interrupter);
            return error;
        }
        interrupter->vectors = i + 1;
    }
    return OK;
}

// An entry is changed while it is masked (6.8.2.9); unused entries stay masked.
static void write_table(struct io_region table, unsigned entries,
                        const struct interrupter *interrupter)
{
    for (unsigned i = 0; i < entries; i++) {
        const uint32_t entry = i * ENTRY_BYTES;

        io_write32(table, entry + ENTRY_CONTROL, ENTRY_MASKED);
        if (i < interrupter->vectors) {
            io_write32(table, entry + ENTRY_ADDRESS,
                       MESSAGE_ADDRESS | (uint32_t)lapic_id() << 12);
            io_write32(table, entry + ENTRY_ADDRESS_UPPER, 0);
            io_write32(table, entry + ENTRY_DATA, interrupter->vector[i]);
            io_write32(table, entry + ENTRY_CONTROL, 0);
        }
    }
}

static void switch_msix(struct pci_address at, uint8_t capability, unsigned on)
{
    const unsigned control = pci_read16(at, capability + MSIX_CONTROL) &
                             ~(CONTROL_ENABLE | CONTROL_MASK_ALL);

    pci_write16(at, capability + MSIX_CONTROL, (uint16_t)(control | on));
}

enum error pci_msix_start(struct pci_address at,
                          const struct pci_message *messages, unsigned count)
{
    struct interrupter *interrupter = find_free_interrupter();
    struct io_region table;
    uint8_t capability;

    assert_that(count > 0 && count <= MESSAGES, "MSI-X start");
    if (find_interrupter(at)) {
        return ERR_INVALID;
    }
    enum error error = find_msix(at, &capability);
    if (error != OK) {
        return error;
    }
    const unsigned entries =
        (pci_read16(at, capability + MSIX_CONTROL) & CONTROL_LAST_ENTRY) + 1;
    if (entries < count) {
        return ERR_EMPTY;
    }
    error = open_msix_table(at, capability, entries, &table);
    if (error != OK) {
        return error;
    }
    if (!interrupter) {
        return ERR_FULL;
    }
    *interrupter = (struct interrupter){.at = at};
    error = take_vectors(interrupter, messages, count);
    if (error != OK) {
        return error;
    }
    interrupter->used = true;
    switch_msix(at, capability, CONTROL_ENABLE | CONTROL_MASK_ALL);
    write_table(table, entries, interrupter);
    pci_command_set(at, PCI_COMMAND_INTX_DISABLE, 0);
    switch_msix(at, capability, CONTROL_ENABLE);
    return OK;
}

// --- Pins --------------------------------------------------------------------

// A line is active while any pin on it is, and functions without a driver are
// never served: their INTx is disabled. Bridges are left alone, since
// hotplug/pcie.c may use their pins.
static void disable_other_pins(void)
{
    struct pci_walk walk;
    struct pci_address at;

    pci_walk_begin(&walk);
    while (pci_walk_next(&walk, &at)) {
        if (pci_header_type(at) == PCI_HEADER_FUNCTION &&
            !find_interrupter(at) && pci_read8(at, PCI_INTERRUPT_PIN) != 0) {
            pci_command_set(at, PCI_COMMAND_INTX_DISABLE, 0);
        }
    }
}

static enum error find_line(struct pci_address at, struct irq_line *line)
{
    uint8_t request;
    const enum error error = pci_pin_request(at, &request);

    if (error == ERR_RANGE) {
        log_line("error what=pci_pin pci=%02x:%02x.%x pin=%u line=%u", at.bus,
                 at.device, at.function, pci_read8(at, PCI_INTERRUPT_PIN),
                 pci_read8(at, PCI_INTERRUPT_LINE));
    }
    if (error == OK) {
        *line = irq_shared_line(request);
    }
    return error;
}

enum error pci_pin_connect(struct pci_address at, irq_handler *handler,
                           void *context)
{
    struct interrupter *interrupter = find_free_interrupter();
    struct irq_line line;

    if (find_interrupter(at)) {
        return ERR_INVALID;
    }
    enum error error = find_line(at, &line);
    if (error != OK) {
        return error;
    }
    if (!interrupter) {
        return ERR_FULL;
    }
    *interrupter = (struct interrupter){.used = true,
                                        .at = at,
                                        .gsi = line.gsi,
                                        .handler = handler,
                                        .context = context};
    disable_other_pins();
    error = irq_connect(&line, handler, context);
    interrupter->used = error == OK;
    return error;
}

enum error pci_pin_gsi(struct pci_address at, uint32_t *gsi)
{
    const struct interrupter *interrupter = find_interrupter(at);

    if (!interrupter || interrupter->vectors > 0) {
        return ERR_EMPTY;
    }
    *gsi = interrupter->gsi;
    return OK;
}

// Safe for a removed function: the writes then have no effect.
void pci_interrupts_stop(struct pci_address at)
{
    struct interrupter *interrupter = find_interrupter(at);
    uint8_t capability;

    pci_command_set(at, PCI_COMMAND_INTX_DISABLE, 0);
    if (find_msix(at, &capability) == OK) {
        switch_msix(at, capability, 0);
    }
    if (interrupter && interrupter->vectors == 0) {
        irq_disconnect(interrupter->gsi, interrupter->handler,
                       interrupter->context);
    } else if (interrupter) {
        release_vectors(interrupter);
    }
    if (interrupter) {
        interrupter->used = false;
    }
}
