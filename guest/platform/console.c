// SPDX-License-Identifier: MIT
// COM1's receiver: the interrupt handler assembles bytes into one line. Until
// that line is taken, further input waits in the port and in QEMU.
#include "platform/console.h"

#include "platform/irq.h"
#include "platform/serial.h"

#include <string.h>

// COM1's ISA interrupt line on a PC.
static const struct irq_line com1_line = {.gsi = 4, .edge = true};

#define ESCAPE 0x1b

static struct line_input input;
static bool complete;
static bool escaped;

static void take_byte(unsigned char byte)
{
    if (byte == ESCAPE) {
        escaped = true;
        return;
    }
    complete = line_input_take(&input, byte);
    if (input.broken == OK) {
        serial_echo((char)byte);
    }
}

// Reads at most one FIFO. Further bytes raise a new interrupt, so endless
// input cannot starve other interrupts.
static void read_fifo(void)
{
    unsigned char byte;

    for (unsigned i = 0; i < SERIAL_FIFO && !complete && serial_read(&byte);
         i++) {
        take_byte(byte);
    }
    // The line is edge-triggered: off and on again makes an edge if bytes wait.
    serial_listen(false);
    serial_listen(!complete);
}

static bool console_interrupt(void *context)
{
    (void)context;
    read_fifo();
    return true;
}

enum error console_start(void)
{
    const enum error error = irq_connect(&com1_line, console_interrupt, NULL);

    if (error == OK) {
        serial_listen(true);
    }
    return error;
}

enum error console_take(char line[LINE_INPUT_MAX + 1])
{
    if (!complete) {
        return ERR_EMPTY;
    }
    const enum error error = input.broken;

    memcpy(line, input.text, sizeof input.text);
    line_input_next(&input);
    complete = false;
    // Bytes that wait in the port interrupt now, so that a line among them
    // wakes the CPU too.
    serial_listen(true);
    return error;
}

bool console_has_line(void)
{
    return complete;
}

bool console_escaped(void)
{
    const bool was = escaped;

    escaped = false;
    return was;
}
