// SPDX-License-Identifier: MIT
// A PCIe root port with a hot-plug slot, as QEMU's: what is in it shows while
// the power is on, and goes for good when power and indicator are switched off.
// Notes every breach. PCI Express Base 4.0, 6.7, 7.5.3.
#ifndef FAKES_FAKE_SLOT_H
#define FAKES_FAKE_SLOT_H

#include <stdbool.h>
#include <stdint.h>

struct fake_slot {
    uint8_t bus; // behind the port

    // How it is.
    bool never_completes; // commands
    bool stuck;           // what is in it does not go
    bool stuck_events;    // events are not cleared
    unsigned late;        // looks until what is in it answers
    bool present;

    // What it has seen.
    unsigned commands; // to the slot
    uint16_t command;  // the port's own register; at first its pin is off
    uint16_t control;

    // Its inside.
    uint16_t status;
    bool busy; // a command is not done
    uint8_t bytes[256];
};

// A slot behind port 00:DEVICE.0, powered if there is something in it.
void fake_slot_init(struct fake_slot *slot, uint8_t device, uint8_t bus,
                    bool present);

// Somebody wants out what is in it; puts something in; tears it out unasked.
void fake_slot_press(struct fake_slot *slot);
void fake_slot_fill(struct fake_slot *slot);
void fake_slot_tear(struct fake_slot *slot);

// Puts the list's one capability elsewhere, as far as configuration space goes.
void fake_slot_move(struct fake_slot *slot, uint8_t capability);

// Whether it interrupts: an event whose kind is enabled.
bool fake_slot_line(const struct fake_slot *slot);

// Capabilities of the slot, where they can be changed.
enum {
    FAKE_SLOT_CAPABILITY = 0x54,
    FAKE_SLOT_FLAGS = FAKE_SLOT_CAPABILITY + 0x02,        // 16 bits
    FAKE_SLOT_CAPABILITIES = FAKE_SLOT_CAPABILITY + 0x14, // 32 bits
    FAKE_SLOT_NO_COMPLETION = 0x00040000,
};

#endif
