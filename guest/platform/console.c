// SPDX-License-Identifier: MIT
// COM1's receiver: bytes become lines in the interrupt handler, one line at a
// time. What comes meanwhile waits in the port, and beyond that in QEMU.
#include "platform/console.h"

#include "platform/irq.h"
#include "platform/serial.h"

#include <string.h>

// The PC's line for it, an ISA one.
static const struct irq_line com1_line = {.gsi = 4, .edge = true};

static struct line_input input;
static bool complete;

// At most what the port's FIFO holds; what comes after that interrupts again,
// and whoever types without end stops nobody else's interrupts.
static void read_some(void)
{
    unsigned char byte;

    for (unsigned i = 0; i < SERIAL_FIFO && !complete && serial_read(&byte);
         i++) {
        complete = line_input_take(&input, byte);
        if (input.broken == OK) {
            serial_echo((char)byte);
        }
    }
    // The line signals by its edge: down, and up again if there is more.
    serial_listen(false);
    serial_listen(!complete);
}

static bool on_interrupt(void *context)
{
    (void)context;
    read_some();
    return true;
}

enum error console_start(void)
{
    const enum error error = irq_connect(&com1_line, on_interrupt, NULL);

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
    // What waits in the port interrupts now, so that a line in there has its
    // wake-up, too.
    serial_listen(true);
    return error;
}
