// SPDX-License-Identifier: MIT
// Two PICs and a timer, through their ports. On microvm they may be switched
// off; the writes then have no effect.
#include "platform/pic_pit.h"

#include "arch/x86_64/cpu.h"

// The two 8259A, each with a command and a data port. A masked PIC can still
// deliver a spurious interrupt, so the vectors are moved away from the CPU's
// exceptions.
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
// A masked tick does not interrupt, but each one stops QEMU's virtual clock.
enum {
    PIT_COUNT0 = 0x40,
    PIT_CONTROL = 0x43,
    PIT_CHANNEL0_ONCE = 0x30, // channel 0, both bytes, mode 0: one shot
};

static void pic_disable(uint16_t command, uint8_t vectors, uint8_t cascade)
{
    outb(command, PIC_ICW1);
    outb(command + 1, vectors);
    outb(command + 1, cascade);
    outb(command + 1, PIC_ICW4);
    outb(command + 1, PIC_MASK_ALL);
}

// One last countdown, which ends the periodic ticks.
static void pit_stop(void)
{
    outb(PIT_CONTROL, PIT_CHANNEL0_ONCE);
    outb(PIT_COUNT0, 0);
    outb(PIT_COUNT0, 0);
}

void pic_pit_disable(trap_handler *spurious)
{
    pic_disable(PIC1, PIC_VECTORS, 4);     // bit 2: PIC2 is on line 2
    pic_disable(PIC2, PIC_VECTORS + 8, 2); // its line number on PIC1
    pit_stop();
    for (int i = 0; i < PIC_LINES; i++) {
        trap_connect((uint8_t)(PIC_VECTORS + i), spurious, NULL);
    }
}
