// SPDX-License-Identifier: MIT
// Two PICs and a timer, through their ports. They may be missing (microvm can
// be told to): writes go nowhere then.
#include "platform/legacy.h"

#include "arch/x86_64/cpu.h"

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

void legacy_silence(trap_handler *spurious)
{
    pic_silence(PIC1, PIC_VECTORS, 4);     // the second one hangs on line 2
    pic_silence(PIC2, PIC_VECTORS + 8, 2); // and knows itself by that number
    pit_silence();
    for (int i = 0; i < PIC_LINES; i++) {
        trap_connect((uint8_t)(PIC_VECTORS + i), spurious, NULL);
    }
}
