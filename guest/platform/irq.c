// SPDX-License-Identifier: MIT
// A source is a vector with those who want to hear of it: a line's handlers,
// or a message's one. Few are ever needed, so there are few.
#include "platform/irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/paging.h"
#include "base/log.h"
#include "base/panic.h"
#include "platform/legacy.h"

#define FIRST_VECTOR 0x40
#define SOURCES 16
#define HANDLERS 4 // on one source

_Static_assert(FIRST_VECTOR + SOURCES <= APIC_SPURIOUS_VECTOR, "vectors");

static struct {
    struct io_region region;
    uint32_t gsi_base;
    uint32_t pins;
} ioapics[ACPI_IOAPICS_MAX];

static uint32_t ioapic_count;

static struct acpi_override overrides[ACPI_IRQS];

enum source_kind {
    SOURCE_FREE = 0,
    SOURCE_LINE,
    SOURCE_MESSAGE,
};

static struct source {
    enum source_kind kind;
    struct irq_line line;
    struct {
        trap_handler *call; // NULL: a free place
        void *context;
    } handlers[HANDLERS];
} sources[SOURCES];

static uint8_t vector_of(const struct source *source)
{
    return (uint8_t)(FIRST_VECTOR + (source - sources));
}

// Spurious interrupts want nothing, not even an end-of-interrupt.
static void on_spurious(void *context)
{
    (void)context;
}

// Also of a source that was given up: its last interrupt must be ended, too.
static void on_source(void *context)
{
    const struct source *source = context;

    for (unsigned i = 0; i < HANDLERS; i++) {
        if (source->handlers[i].call) {
            source->handlers[i].call(source->handlers[i].context);
        }
    }
    lapic_end_of_interrupt();
}

// On a PC firmware may have left pins on. Where there is none of that kind, a
// reset has masked them (82093AA, 3.2.4), and each access is an exit to QEMU.
static void mask_all(uint32_t ioapic)
{
    for (uint32_t pin = 0; pin < ioapics[ioapic].pins; pin++) {
        ioapic_mask(ioapics[ioapic].region, pin);
    }
}

static enum error start_ioapic(const struct acpi_ioapic *found)
{
    struct io_region region;
    enum error error =
        paging_map_device(found->address, APIC_REGION_BYTES, &region);

    if (error != OK) {
        return error;
    }
    ioapics[ioapic_count].region = region;
    ioapics[ioapic_count].gsi_base = found->gsi_base;
    ioapics[ioapic_count].pins = ioapic_pins(region);
    log_line("irq ioapic address=%#llx gsi=%u pins=%u",
             (unsigned long long)found->address.value, found->gsi_base,
             ioapics[ioapic_count].pins);
    ioapic_count++;
    return OK;
}

static enum error start_ioapics(const struct acpi *acpi)
{
    enum error error = OK;

    ioapic_count = 0;
    for (uint32_t i = 0; i < acpi->ioapic_count && error == OK; i++) {
        error = start_ioapic(&acpi->ioapics[i]);
        if (error == OK && !acpi->hardware_reduced) {
            mask_all(i);
        }
    }
    return error;
}

enum error irq_start(const struct acpi *acpi)
{
    struct io_region lapic;
    enum error error =
        paging_map_device(acpi->lapic, APIC_REGION_BYTES, &lapic);

    if (error != OK) {
        return error;
    }
    legacy_silence(on_spurious);
    trap_connect(APIC_SPURIOUS_VECTOR, on_spurious, NULL);
    lapic_start(lapic);
    for (unsigned i = 0; i < ACPI_IRQS; i++) {
        overrides[i] = acpi->overrides[i];
    }
    return start_ioapics(acpi);
}

struct irq_line irq_shared_line(uint8_t request)
{
    assert_that(request < ACPI_IRQS, "no interrupt request of a PC");
    const struct acpi_override *override = &overrides[request];

    if (!override->given) {
        return (struct irq_line){.gsi = request, .low = true};
    }
    return (struct irq_line){
        .gsi = override->gsi,
        .edge = override->trigger == ACPI_EDGE,
        .low = override->polarity != ACPI_ACTIVE_HIGH,
    };
}

// --- Sources -----------------------------------------------------------------

static enum error new_source(enum source_kind kind, struct source **source)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        if (sources[i].kind == SOURCE_FREE) {
            sources[i] = (struct source){.kind = kind};
            trap_connect(vector_of(&sources[i]), on_source, &sources[i]);
            *source = &sources[i];
            return OK;
        }
    }
    return ERR_FULL;
}

static struct source *source_of_line(uint32_t gsi)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        if (sources[i].kind == SOURCE_LINE && sources[i].line.gsi == gsi) {
            return &sources[i];
        }
    }
    return NULL;
}

static enum error add_handler(struct source *source, trap_handler *handler,
                              void *context)
{
    for (unsigned i = 0; i < HANDLERS; i++) {
        if (!source->handlers[i].call) {
            source->handlers[i].context = context;
            source->handlers[i].call = handler;
            return OK;
        }
    }
    return ERR_FULL;
}

// Whether handlers are left.
static bool remove_handler(struct source *source, trap_handler *handler,
                           const void *context)
{
    bool left = false;

    for (unsigned i = 0; i < HANDLERS; i++) {
        if (source->handlers[i].call == handler &&
            source->handlers[i].context == context) {
            source->handlers[i].call = NULL;
        }
        left = left || source->handlers[i].call;
    }
    return left;
}

// --- Lines -------------------------------------------------------------------

// Below the first GSI of an I/O APIC the pin's number wraps to a huge one.
static enum error find_pin(uint32_t gsi, struct io_region *ioapic,
                           uint32_t *pin)
{
    for (uint32_t i = 0; i < ioapic_count; i++) {
        *ioapic = ioapics[i].region;
        *pin = gsi - ioapics[i].gsi_base;
        if (*pin < ioapics[i].pins) {
            return OK;
        }
    }
    return ERR_RANGE;
}

// QEMU moves line 0 of every I/O APIC to pin 2, as a PC's timer is wired, even
// on microvm's second one, where line 0 is the first slot. So both pins carry
// it; level-triggered, a second arrival of the same event finds nothing.
static void route(struct io_region ioapic, uint32_t pin, struct irq_line line,
                  uint8_t vector)
{
    const struct ioapic_entry entry = {vector, line.edge, line.low};

    ioapic_route(ioapic, pin, entry);
    if (pin == 0) {
        ioapic_route(ioapic, 2, entry);
    }
}

static enum error connect_new(const struct irq_line *line,
                              trap_handler *handler, void *context)
{
    struct io_region ioapic;
    uint32_t pin;
    struct source *source;
    enum error error = find_pin(line->gsi, &ioapic, &pin);

    if (error == OK) {
        error = new_source(SOURCE_LINE, &source);
    }
    if (error == OK) {
        source->line = *line;
        error = add_handler(source, handler, context);
        route(ioapic, pin, *line, vector_of(source));
    }
    return error;
}

enum error irq_connect(const struct irq_line *line, trap_handler *handler,
                       void *context)
{
    struct source *source = source_of_line(line->gsi);

    if (!source) {
        return connect_new(line, handler, context);
    }
    if (source->line.edge != line->edge || source->line.low != line->low) {
        return ERR_INVALID;
    }
    return add_handler(source, handler, context);
}

void irq_disconnect(uint32_t gsi, trap_handler *handler, void *context)
{
    struct source *source = source_of_line(gsi);
    struct io_region ioapic;
    uint32_t pin;

    if (!source || remove_handler(source, handler, context)) {
        return;
    }
    source->kind = SOURCE_FREE;
    if (find_pin(gsi, &ioapic, &pin) == OK) {
        ioapic_mask(ioapic, pin);
        if (pin == 0) {
            ioapic_mask(ioapic, 2);
        }
    }
}

// --- Messages ----------------------------------------------------------------

enum error irq_take_vector(trap_handler *handler, void *context,
                           uint8_t *vector)
{
    struct source *source;
    enum error error = new_source(SOURCE_MESSAGE, &source);

    if (error == OK) {
        error = add_handler(source, handler, context);
        *vector = vector_of(source);
    }
    return error;
}

void irq_give_vector(uint8_t vector)
{
    const unsigned index = vector - FIRST_VECTOR;

    assert_that(vector >= FIRST_VECTOR && index < SOURCES &&
                    sources[index].kind == SOURCE_MESSAGE,
                "not a message's vector");
    sources[index] = (struct source){.kind = SOURCE_FREE};
}
