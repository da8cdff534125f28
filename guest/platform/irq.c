// SPDX-License-Identifier: MIT
// A source is a vector and its handlers: up to HANDLERS for a line, one for a
// message. Few are needed, so the table is small.
#include "platform/irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/paging.h"
#include "base/log.h"
#include "base/panic.h"
#include "platform/irq_pins.h"
#include "platform/pic_pit.h"

#define FIRST_VECTOR 0x40
#define SOURCES 24
#define HANDLERS 6 // on one source: the balloon, the disks, hot-plug
#define ALARM_VECTOR (FIRST_VECTOR + SOURCES)
#define TICKS_PER_MS 1000000u // QEMU's local APIC: 1 GHz

_Static_assert(ALARM_VECTOR < APIC_SPURIOUS_VECTOR, "vectors");

static struct acpi_override overrides[ACPI_IRQS];

enum source_kind {
    SOURCE_FREE = 0,
    SOURCE_LINE,
    SOURCE_MESSAGE,
};

// The first interrupt on a vector without a source.
static struct {
    bool seen;
    uint8_t vector;
    bool logged;
} stray;

static uint32_t log_pending; // set in interrupts, cleared by irq_log

static struct source {
    enum source_kind kind;
    struct irq_line line;
    uint32_t unclaimed; // in a row
    bool suspect;       // reached IRQ_UNCLAIMED_MAX once
    bool masked;        // until the next alarm
    bool logged;
    struct {
        irq_handler *call; // NULL: free
        void *context;
    } handlers[HANDLERS];
} sources[SOURCES];

static unsigned source_count; // entries that were ever in use

static uint8_t vector_of(const struct source *source)
{
    return (uint8_t)(FIRST_VECTOR + (source - sources));
}

// A masked line keeps its trigger mode and polarity, so its I/O APIC knows the
// level when the line is unmasked.
static void route(struct source *source, bool masked)
{
    source->masked = masked;
    irq_pin_route(source->line.gsi, (struct ioapic_entry){
                                        .vector = vector_of(source),
                                        .edge = source->line.edge,
                                        .low = source->line.low,
                                        .masked = masked,
                                    });
}

// A spurious interrupt needs no action, not even an end-of-interrupt.
static void on_spurious(void *context)
{
    (void)context;
}

static void request_log(void)
{
    __atomic_store_n(&log_pending, 1, __ATOMIC_RELAXED);
}

// For example a message whose vector was allocated for no device.
static void on_stray(uint8_t vector)
{
    if (!stray.seen) {
        stray.seen = true;
        stray.vector = vector;
        request_log();
    }
    lapic_end_of_interrupt();
}

// Calls all handlers, since devices may share the line.
static bool call_handlers(const struct source *source)
{
    bool claimed = false;

    for (unsigned i = 0; i < HANDLERS; i++) {
        if (source->handlers[i].call &&
            source->handlers[i].call(source->handlers[i].context)) {
            claimed = true;
        }
    }
    return claimed;
}

// Single unclaimed interrupts are normal: a device may withdraw its cause
// before its handler reads it. A claim therefore resets the count. A line that
// has reached IRQ_UNCLAIMED_MAX once is masked at each further unclaimed
// interrupt.
static void count_unclaimed(struct source *source, bool claimed)
{
    if (claimed) {
        source->unclaimed = 0;
        return;
    }
    source->unclaimed++;
    if (source->suspect || source->unclaimed >= IRQ_UNCLAIMED_MAX) {
        if (!source->suspect) {
            source->suspect = true;
            request_log();
        }
        route(source, true);
        lapic_timer_start(ALARM_VECTOR, IRQ_LOOK_MS * TICKS_PER_MS);
    }
}

// Also called for a source that was freed: its last interrupt needs its
// end-of-interrupt too.
static void on_source(void *context)
{
    struct source *source = context;
    const bool claimed = call_handlers(source);

    if (source->kind == SOURCE_LINE && !source->line.edge) {
        count_unclaimed(source, claimed);
    }
    lapic_end_of_interrupt();
}

// Unmasks the lines. One that is still active interrupts at once, and is
// masked again unless a handler claims it.
static void on_alarm(void *context)
{
    (void)context;
    for (unsigned i = 0; i < source_count; i++) {
        if (sources[i].kind == SOURCE_LINE && sources[i].masked) {
            route(&sources[i], false);
        }
    }
    lapic_end_of_interrupt();
}

static void log_unclaimed(struct source *source)
{
    if (source->suspect && !source->logged) {
        source->logged = true;
        log_line("irq unclaimed gsi=%u count=%u masked=yes look_ms=%u",
                 (unsigned)source->line.gsi, (unsigned)source->unclaimed,
                 IRQ_LOOK_MS);
    }
}

void irq_log(void)
{
    if (__atomic_exchange_n(&log_pending, 0, __ATOMIC_RELAXED) == 0) {
        return;
    }
    for (unsigned i = 0; i < source_count; i++) {
        log_unclaimed(&sources[i]);
    }
    if (stray.seen && !stray.logged) {
        stray.logged = true;
        log_line("irq stray vector=%#x", stray.vector);
    }
}

enum error irq_start(const struct acpi *acpi)
{
    struct io_region lapic;
    enum error error =
        paging_map_device(acpi->lapic, APIC_REGION_BYTES, &lapic);

    if (error != OK) {
        return error;
    }
    pic_pit_disable(on_spurious);
    trap_connect(APIC_SPURIOUS_VECTOR, on_spurious, NULL);
    trap_connect(ALARM_VECTOR, on_alarm, NULL);
    trap_on_stray(on_stray);
    lapic_start(lapic);
    for (unsigned i = 0; i < ACPI_IRQS; i++) {
        overrides[i] = acpi->overrides[i];
    }
    return irq_pins_start(acpi);
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
            source_count = source_count > i ? source_count : i + 1;
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
    for (unsigned i = 0; i < source_count; i++) {
        if (sources[i].kind == SOURCE_LINE && sources[i].line.gsi == gsi) {
            return &sources[i];
        }
    }
    return NULL;
}

static enum error add_handler(struct source *source, irq_handler *handler,
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
static bool remove_handler(struct source *source, irq_handler *handler,
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

static enum error connect_new(const struct irq_line *line, irq_handler *handler,
                              void *context)
{
    struct source *source;

    if (!irq_pin_exists(line->gsi)) {
        return ERR_RANGE;
    }
    enum error error = new_source(SOURCE_LINE, &source);
    if (error == OK) {
        source->line = *line;
        error = add_handler(source, handler, context);
        route(source, false);
    }
    return error;
}

enum error irq_connect(const struct irq_line *line, irq_handler *handler,
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

void irq_disconnect(uint32_t gsi, irq_handler *handler, void *context)
{
    struct source *source = source_of_line(gsi);

    if (!source || remove_handler(source, handler, context)) {
        return;
    }
    *source = (struct source){.kind = SOURCE_FREE};
    irq_pin_mask(gsi);
}

// --- Messages ----------------------------------------------------------------

enum error irq_vector_alloc(irq_handler *handler, void *context,
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

void irq_vector_free(uint8_t vector)
{
    const unsigned index = vector - FIRST_VECTOR;

    assert_that(vector >= FIRST_VECTOR && index < SOURCES &&
                    sources[index].kind == SOURCE_MESSAGE,
                "not a message's vector");
    sources[index] = (struct source){.kind = SOURCE_FREE};
}
