// SPDX-License-Identifier: MIT
// The 16550A's registers (National PC16550D data sheet, 8).
#include "platform/serial.h"

#include "arch/x86_64/cpu.h"
#include "base/log.h"
#include "base/print.h"

#define COM1 0x3f8

enum {
    REG_DATA = 0,          // WO transmitter, RO receiver (DLAB 0)
    REG_DIVISOR_LOW = 0,   // RW, DLAB 1
    REG_INTERRUPTS = 1,    // RW, DLAB 0: events that interrupt
    REG_DIVISOR_HIGH = 1,  // RW, DLAB 1
    REG_FIFO = 2,          // WO
    REG_LINE = 3,          // RW: format, bit 7 is DLAB
    REG_MODEM = 4,         // RW
    REG_LINE_STATUS = 5,   // RO: bit 0 byte received, 5 transmitter empty
    FIFO_ON_AND_CLEAR = 7, // both directions
    LINE_8N1 = 3,
    LINE_DLAB = 0x80,
    MODEM_DTR_RTS = 3,
    STATUS_READY = 0x01,
    STATUS_EMPTY = 0x20,
    INTERRUPT_READY = 0x01,
};

// Reads of a busy status before bytes are dropped. QEMU keeps the port busy
// while its console is not read. Each read is an exit to QEMU, so the limit is
// seconds, and a slow reader loses nothing.
#define BUSY_READS_MAX 20000000u

static uint64_t lost;
static bool echoed; // the terminal shows a part of a typed line

void serial_start(void)
{
    outb(COM1 + REG_INTERRUPTS, 0);
    outb(COM1 + REG_LINE, LINE_DLAB);
    outb(COM1 + REG_DIVISOR_LOW, 1); // 115200 baud
    outb(COM1 + REG_DIVISOR_HIGH, 0);
    outb(COM1 + REG_LINE, LINE_8N1);
    outb(COM1 + REG_FIFO, FIFO_ON_AND_CLEAR);
    outb(COM1 + REG_MODEM, MODEM_DTR_RTS);
}

static bool is_empty(void)
{
    return inb(COM1 + REG_LINE_STATUS) & STATUS_EMPTY;
}

static bool wait_until_empty(void)
{
    for (uint32_t reads = 0; reads < BUSY_READS_MAX; reads++) {
        if (is_empty()) {
            return true;
        }
    }
    return false;
}

// The first text after a loss begins with a line that reports it. Until the
// port accepts bytes again, its status is read once for each text, without a
// wait.
static bool log_loss(void)
{
    const uint64_t bytes = lost;

    if (is_empty()) {
        lost = 0;
        print_bytes("\n", 1);
        log_line("error what=\"console was not read\" lost_bytes=%llu",
                 (unsigned long long)bytes);
    }
    return lost == 0;
}

static void transmit(const char *text, size_t bytes)
{
    bool accepted = lost == 0 || log_loss();

    while (bytes > 0) {
        accepted = accepted && wait_until_empty();
        if (!accepted) {
            lost += bytes;
            return;
        }

        // An empty transmitter accepts one FIFO of bytes.
        size_t fits = bytes < SERIAL_FIFO ? bytes : SERIAL_FIFO;

        outb_string(COM1 + REG_DATA, text, fits);
        text += fits;
        bytes -= fits;
    }
}

void serial_write(const char *text, size_t bytes)
{
    if (echoed) {
        echoed = false;
        transmit("\n", 1);
    }
    transmit(text, bytes);
}

bool serial_read(unsigned char *byte)
{
    if (!(inb(COM1 + REG_LINE_STATUS) & STATUS_READY)) {
        return false;
    }
    *byte = inb(COM1 + REG_DATA);
    return true;
}

void serial_listen(bool on)
{
    outb(COM1 + REG_INTERRUPTS, on ? INTERRUPT_READY : 0);
}

void serial_echo(char c)
{
    if (c == '\n' || c == '\r') {
        echoed = false;
        transmit("\n", 1);
    } else if (c >= ' ' && c <= '~') {
        transmit(&c, 1);
        echoed = true;
    }
}
