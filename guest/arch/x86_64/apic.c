// SPDX-License-Identifier: MIT
// Local APIC through memory-mapped registers (xAPIC mode), I/O APICs through
// their index and data registers. Intel SDM volume 3, 11.4; 82093AA, 3.
#include "arch/x86_64/apic.h"

#include "arch/x86_64/cpu.h"

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_ENABLE (1u << 11)
#define APIC_BASE_X2APIC (1u << 10)

// Local APIC registers, by offset.
enum {
    LAPIC_ID = 0x020,        // RO: id in bits 24-31
    LAPIC_TPR = 0x080,       // RW: 0 lets every priority through
    LAPIC_EOI = 0x0b0,       // WO
    LAPIC_SPURIOUS = 0x0f0,  // RW: vector, bit 8 turns the APIC on
    LAPIC_LVT_TIMER = 0x320, // RW, like the next three: bit 16 masks
    LAPIC_LVT_LINT0 = 0x350,
    LAPIC_LVT_LINT1 = 0x360,
    LAPIC_LVT_ERROR = 0x370,
    LAPIC_TIMER_COUNT = 0x380,  // RW: starts the countdown
    LAPIC_TIMER_DIVIDE = 0x3e0, // RW
};

#define DIVIDE_BY_1 0xbu

#define LAPIC_ON (1u << 8)
#define LVT_MASKED (1u << 16)

// I/O APIC: two mapped registers (index, data), then the indices.
enum {
    IOAPIC_SELECT = 0x00,
    IOAPIC_WINDOW = 0x10,
    IOAPIC_VERSION = 0x01, // RO: highest pin in bits 16-23
    IOAPIC_REDIRECT = 0x10 // RW: two words a pin, low first
};

#define REDIRECT_LOW (1u << 13)
#define REDIRECT_LEVEL (1u << 15)
#define REDIRECT_MASKED (1u << 16)

static struct io_region lapic;

// Firmware of machines with more than 255 CPUs leaves x2APIC mode on, in which
// the mapped registers do not work. The only way back to xAPIC mode is to
// disable the APIC first (SDM volume 3, 11.12.5).
static void enter_xapic_mode(void)
{
    const uint64_t base = read_msr(MSR_APIC_BASE);

    if (base & APIC_BASE_X2APIC) {
        write_msr(MSR_APIC_BASE,
                  base & ~(uint64_t)(APIC_BASE_ENABLE | APIC_BASE_X2APIC));
    }
    write_msr(MSR_APIC_BASE,
              (base & ~(uint64_t)APIC_BASE_X2APIC) | APIC_BASE_ENABLE);
}

void lapic_start(struct io_region region)
{
    lapic = region;
    enter_xapic_mode();
    io_write32(lapic, LAPIC_LVT_TIMER, LVT_MASKED);
    io_write32(lapic, LAPIC_LVT_LINT0, LVT_MASKED);
    io_write32(lapic, LAPIC_LVT_LINT1, LVT_MASKED);
    io_write32(lapic, LAPIC_LVT_ERROR, LVT_MASKED);
    io_write32(lapic, LAPIC_TPR, 0);
    io_write32(lapic, LAPIC_SPURIOUS, LAPIC_ON | APIC_SPURIOUS_VECTOR);
}

uint8_t lapic_id(void)
{
    return (uint8_t)(io_read32(lapic, LAPIC_ID) >> 24);
}

void lapic_end_of_interrupt(void)
{
    io_write32(lapic, LAPIC_EOI, 0);
}

// 11.5.4: the timer's mode bits are 0, so it counts down once.
void lapic_timer_start(uint8_t vector, uint32_t ticks)
{
    io_write32(lapic, LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
    io_write32(lapic, LAPIC_LVT_TIMER, vector);
    io_write32(lapic, LAPIC_TIMER_COUNT, ticks);
}

static void ioapic_write(struct io_region region, uint32_t index,
                         uint32_t value)
{
    io_write32(region, IOAPIC_SELECT, index);
    io_write32(region, IOAPIC_WINDOW, value);
}

uint32_t ioapic_pins(struct io_region region)
{
    io_write32(region, IOAPIC_SELECT, IOAPIC_VERSION);
    return (io_read32(region, IOAPIC_WINDOW) >> 16 & 0xff) + 1;
}

static uint32_t redirection(uint32_t pin)
{
    return IOAPIC_REDIRECT + 2 * pin;
}

void ioapic_route(struct io_region region, uint32_t pin,
                  struct ioapic_entry entry)
{
    const uint32_t low = redirection(pin);

    // The destination first: the second write can unmask the pin.
    ioapic_write(region, low + 1, (uint32_t)lapic_id() << 24);
    ioapic_write(region, low,
                 (entry.masked ? REDIRECT_MASKED : 0) |
                     (entry.edge ? 0 : REDIRECT_LEVEL) |
                     (entry.low ? REDIRECT_LOW : 0) | entry.vector);
}

void ioapic_mask(struct io_region region, uint32_t pin)
{
    ioapic_write(region, redirection(pin), REDIRECT_MASKED);
}
