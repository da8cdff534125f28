// SPDX-License-Identifier: MIT
// From a pin up to the root bus, and from there to a line. On a PC the line
// register holds the request that the chipset's router was programmed to; the
// router itself differs from chipset to chipset and is not looked at.
#include "platform/pci_pin.h"

#include "platform/pci_walk.h"

enum {
    PINS = 4, // INTA# to INTD#, 1 to 4
    REQUESTS = 16,
    LINE_UNWRITTEN = 0, // after a reset; 0 is the timer's, never a pin's
};

// Ends: each bridge is on a bus of a lower number than the one before.
enum error pci_root_pin(struct pci_address *at, uint8_t *pin)
{
    *pin = pci_read8(*at, PCI_INTERRUPT_PIN);
    if (*pin == 0) {
        return ERR_EMPTY;
    }
    if (*pin > PINS) {
        return ERR_RANGE;
    }
    while (at->bus != 0) {
        *pin = (uint8_t)((*pin - 1 + at->device) % PINS + 1);
        if (pci_bridge_above(at->bus, at) != OK) {
            return ERR_RANGE;
        }
    }
    return OK;
}

static bool line_of(struct pci_address at, uint8_t *request)
{
    *request = pci_read8(at, PCI_INTERRUPT_LINE);
    return *request != LINE_UNWRITTEN && *request < REQUESTS;
}

// A function that was plugged in later has no line yet; the bridge that it is
// behind is older, and where both mean the same pin its line is the one.
enum error pci_pin_request(struct pci_address at, uint8_t *request)
{
    struct pci_address root = at;
    uint8_t pin;
    enum error error = pci_root_pin(&root, &pin);

    if (error != OK) {
        return error;
    }
    if (line_of(at, request)) {
        return OK;
    }
    return pci_read8(root, PCI_INTERRUPT_PIN) == pin && line_of(root, request)
               ? OK
               : ERR_RANGE;
}
