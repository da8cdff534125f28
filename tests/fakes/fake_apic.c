// SPDX-License-Identifier: MIT
// Routes by I/O APIC and pin, handlers by vector. A handler must have ended its
// interrupt exactly once when it returns. Intel SDM volume 3, 11.
#include "fakes/fake_apic.h"

#include <stdlib.h>

#include "arch/x86_64/trap.h"
#include "fakes/fake_report.h"
#include "platform/pic_pit.h"

#define IOAPICS 4u
#define PINS_MAX 256u

static struct {
    uintptr_t address; // 0: not read yet
    struct ioapic_entry pins[PINS_MAX];
} ioapics[IOAPICS];

static struct {
    trap_handler *call;
    void *context;
} handlers[TRAP_VECTORS];

static uint32_t pins_each = FAKE_IOAPIC_PINS;
static unsigned ends;

void fake_apic_reset(void)
{
    for (unsigned i = 0; i < IOAPICS; i++) {
        ioapics[i].address = 0;
        for (unsigned pin = 0; pin < PINS_MAX; pin++) {
            ioapics[i].pins[pin] = (struct ioapic_entry){0};
        }
    }
    for (unsigned i = 0; i < TRAP_VECTORS; i++) {
        handlers[i].call = NULL;
    }
    pins_each = FAKE_IOAPIC_PINS;
}

void fake_ioapic_pins(uint32_t pins)
{
    pins_each = pins;
}

static struct ioapic_entry *entry_of(uintptr_t address, uint32_t pin)
{
    if (pin >= pins_each || pin >= PINS_MAX) {
        fake_violation("ioapic: pin %u", pin);
        pin = 0;
    }
    for (unsigned i = 0; i < IOAPICS; i++) {
        if (ioapics[i].address == 0 || ioapics[i].address == address) {
            ioapics[i].address = address;
            return &ioapics[i].pins[pin];
        }
    }
    abort();
}

static void call(unsigned vector)
{
    const unsigned before = ends;

    if (vector >= TRAP_VECTORS || handlers[vector].call == NULL) {
        fake_violation("apic: vector 0x%x, which has no handler", vector);
        return;
    }
    handlers[vector].call(handlers[vector].context);
    if (ends != before + 1) {
        fake_violation("apic: vector 0x%x ended %u times", vector,
                       ends - before);
    }
}

bool fake_ioapic_raise(uint64_t address, uint32_t pin)
{
    const struct ioapic_entry *entry = entry_of(address, pin);

    if (entry->vector == 0) {
        return false;
    }
    call(entry->vector);
    return true;
}

struct ioapic_entry fake_ioapic_route(uint64_t address, uint32_t pin)
{
    return *entry_of(address, pin);
}

void fake_apic_message(uint64_t address, uint32_t data)
{
    if (address != (UINT64_C(0xfee00000) | FAKE_APIC_ID << 12)) {
        fake_violation("apic: message to 0x%llx", (unsigned long long)address);
        return;
    }
    call(data);
}

// --- What the code under test calls ------------------------------------------

void trap_connect(uint8_t vector, trap_handler *handler, void *context)
{
    if (vector < TRAP_FIRST_FREE) {
        fake_violation("trap: vector %u is the CPU's", vector);
    }
    handlers[vector].call = handler;
    handlers[vector].context = context;
}

void trap_on_stray(stray_handler *handler)
{
    (void)handler; // fake_apic_message makes a stray message a violation
}

void lapic_timer_start(uint8_t vector, uint32_t ticks)
{
    fake_violation("apic: an alarm at 0x%x in %u ticks", vector, ticks);
}

void pic_pit_disable(trap_handler *spurious)
{
    (void)spurious;
}

void lapic_start(struct io_region region)
{
    (void)region;
}

uint8_t lapic_id(void)
{
    return FAKE_APIC_ID;
}

void lapic_end_of_interrupt(void)
{
    ends++;
}

uint32_t ioapic_pins(struct io_region region)
{
    (void)region;
    return pins_each;
}

void ioapic_route(struct io_region region, uint32_t pin,
                  struct ioapic_entry entry)
{
    *entry_of(region.handle, pin) = entry;
}

void ioapic_mask(struct io_region region, uint32_t pin)
{
    *entry_of(region.handle, pin) = (struct ioapic_entry){0};
}
