// SPDX-License-Identifier: MIT
// PICs off, APICs on, one vector for each connected line. Every line here is
// level-triggered and active high, as QEMU wires virtio-mmio on microvm.
#include "platform/irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/paging.h"
#include "base/log.h"

// The two 8259A: command and data port each. Masked they still can deliver a
// spurious interrupt, so their vectors are moved away from the CPU's own.
enum {
    PIC1 = 0x20,
    PIC2 = 0xa0,
    PIC_ICW1 = 0x11, // edge, cascade, ICW4 follows
    PIC_ICW4 = 0x01, // 8086 mode
    PIC_VECTORS = 0x20,
    PIC_LINES = 16,
    PIC_MASK_ALL = 0xff,
};

// The PC's timer, an 8254: firmware leaves channel 0 ticking 18 times a second.
// Masked it reaches nobody, but each tick stops QEMU's virtual clock.
enum {
    PIT_COUNT0 = 0x40,
    PIT_CONTROL = 0x43,
    PIT_CHANNEL0_ONCE = 0x30, // channel 0, both bytes, mode 0: one shot
};

#define FIRST_VECTOR 0x40
#define LAST_VECTOR 0xef

static struct {
    struct io_region region;
    uint32_t gsi_base;
    uint32_t pins;
} ioapics[ACPI_IOAPICS_MAX];

static uint32_t ioapic_count;

static struct {
    trap_handler *call;
    void *context;
} lines[LAST_VECTOR - FIRST_VECTOR + 1];

static uint8_t next_vector = FIRST_VECTOR;

static void pic_silence(uint16_t command, uint8_t vectors, uint8_t cascade)
{
    outb(command, PIC_ICW1);
    outb(command + 1, vectors);
    outb(command + 1, cascade);
    outb(command + 1, PIC_ICW4);
    outb(command + 1, PIC_MASK_ALL);
}

// One last countdown, then silence.
static void pit_silence(void)
{
    outb(PIT_CONTROL, PIT_CHANNEL0_ONCE);
    outb(PIT_COUNT0, 0);
    outb(PIT_COUNT0, 0);
}

// Spurious interrupts want nothing, not even an end-of-interrupt.
static void on_spurious(void *context)
{
    (void)context;
}

static void on_line(void *context)
{
    size_t line = (size_t)(uintptr_t)context;

    lines[line].call(lines[line].context);
    lapic_end_of_interrupt();
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

enum error irq_start(const struct acpi *acpi)
{
    struct io_region lapic;
    enum error error =
        paging_map_device(acpi->lapic, APIC_REGION_BYTES, &lapic);

    if (error != OK) {
        return error;
    }
    pic_silence(PIC1, PIC_VECTORS, 4);     // the second one hangs on line 2
    pic_silence(PIC2, PIC_VECTORS + 8, 2); // and knows itself by that number
    pit_silence();
    for (int i = 0; i < PIC_LINES; i++) {
        trap_connect((uint8_t)(PIC_VECTORS + i), on_spurious, NULL);
    }
    trap_connect(APIC_SPURIOUS_VECTOR, on_spurious, NULL);
    lapic_start(lapic);
    for (uint32_t i = 0; i < acpi->ioapic_count && error == OK; i++) {
        error = start_ioapic(&acpi->ioapics[i]);
    }
    return error;
}

// QEMU moves line 0 of every I/O APIC to pin 2, as a PC's timer is wired, even
// on microvm's second one, where line 0 is the first slot. So both pins carry
// it; level-triggered, a second arrival of the same event finds nothing.
static void route(struct io_region ioapic, uint32_t pin, uint8_t vector)
{
    ioapic_route_level(ioapic, pin, vector);
    if (pin == 0) {
        ioapic_route_level(ioapic, 2, vector);
    }
}

enum error irq_connect(uint32_t gsi, trap_handler *handler, void *context)
{
    for (uint32_t i = 0; i < ioapic_count; i++) {
        uint32_t pin = gsi - ioapics[i].gsi_base;

        if (gsi < ioapics[i].gsi_base || pin >= ioapics[i].pins) {
            continue;
        }
        if (next_vector > LAST_VECTOR) {
            return ERR_FULL;
        }
        size_t line = next_vector - FIRST_VECTOR;

        lines[line].call = handler;
        lines[line].context = context;
        trap_connect(next_vector, on_line, (void *)(uintptr_t)line);
        route(ioapics[i].region, pin, next_vector++);
        return OK;
    }
    return ERR_RANGE;
}
