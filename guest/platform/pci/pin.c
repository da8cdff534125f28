// SPDX-License-Identifier: MIT
// From a pin up to the root bus, and from there to a line. On a PC, firmware
// writes the request to which it programmed the chipset's router into the line
// register. The router differs by chipset and is not read.
#include "platform/pci/pin.h"

#include "platform/pci/walk.h"

enum {
    PINS = 4, // INTA# to INTD#, 1 to 4
    REQUESTS = 16,
    LINE_UNWRITTEN = 0, // after a reset; request 0 is always the timer's
};

// The loop ends: each bridge is on a bus with a lower number than the last.
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

// A hot-plugged function has no line, but the bridge above it on the root bus
// was there at boot. If both use the same pin there, the bridge's line is used.
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
