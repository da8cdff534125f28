// SPDX-License-Identifier: MIT
// A PCIe root port with a hot-plug slot, as QEMU's: the device in it is visible
// while the power is on, and is removed when power and indicator are switched
// off. Records every violation. PCI Express Base 4.0, 6.7, 7.5.3.
#ifndef FAKES_FAKE_SLOT_H
#define FAKES_FAKE_SLOT_H

#include <stdbool.h>
#include <stdint.h>

struct fake_slot {
    uint8_t bus; // number of the bus behind the port

    // Misbehaviour, and state.
    bool never_completes; // commands do not complete
    bool stuck;           // the device is not removed
    bool stuck_events;    // events are not cleared
    unsigned late;        // reads until the device answers
    bool present;

    // Recorded.
    unsigned commands; // to the slot
    uint16_t command;  // the port's own register; initially its pin is off
    uint16_t control;

    // Internal state.
    uint16_t status;
    bool busy; // a command is in progress
    uint8_t bytes[256];
};

// A slot behind port 00:DEVICE.0, powered if it is occupied.
void fake_slot_init(struct fake_slot *slot, uint8_t device, uint8_t bus,
                    bool present);

// The attention button is pressed; a device is inserted; a device is removed
// without a request.
void fake_slot_press(struct fake_slot *slot);
void fake_slot_fill(struct fake_slot *slot);
void fake_slot_tear(struct fake_slot *slot);

// Moves the list's only capability, as far as configuration space allows.
void fake_slot_move(struct fake_slot *slot, uint8_t capability);

// Whether the port interrupts: an enabled event is set.
bool fake_slot_line(const struct fake_slot *slot);

// Offsets in the slot's capability, for tests that change it.
enum {
    FAKE_SLOT_CAPABILITY = 0x54,
    FAKE_SLOT_FLAGS = FAKE_SLOT_CAPABILITY + 0x02,        // 16 bits
    FAKE_SLOT_CAPABILITIES = FAKE_SLOT_CAPABILITY + 0x14, // 32 bits
    FAKE_SLOT_NO_COMPLETION = 0x00040000,
};

#endif
