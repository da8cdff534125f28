// SPDX-License-Identifier: MIT
// Interrupts of PCI functions: messages (MSI-X) and pins (INTx). PCI Local Bus
// 3.0, 6.8.2 "MSI-X", 2.2.6 "Interrupt Pins".
#ifndef PLATFORM_PCI_INTERRUPT_H
#define PLATFORM_PCI_INTERRUPT_H

#include "base/error.h"
#include "platform/irq.h"
#include "platform/pci/pci.h"

struct pci_message {
    irq_handler *handler; // its result is ignored
    void *context;
};

// Connects the function's first `count` MSI-X vectors to the handlers, in
// order, and switches MSI-X on and the pin off. ERR_EMPTY: no MSI-X, or fewer
// vectors; nothing was changed. ERR_INVALID: an invalid capability, or another
// driver has the function's interrupts already, so it claims to be two devices.
// ERR_FULL: no vector is left. Otherwise as pci_bar_open's, for the table.
MUST_USE enum error pci_msix_start(struct pci_address at,
                                   const struct pci_message *messages,
                                   unsigned count);

// Calls the handler while the function's pin is active; the handler makes its
// device deassert it. INTx is disabled for functions without a driver, since
// they may share the line. ERR_EMPTY: it has no pin. ERR_RANGE: the line of the
// pin is unknown (logged). ERR_INVALID: the function's interrupts are connected
// already. Otherwise as irq_connect's.
MUST_USE enum error pci_pin_connect(struct pci_address at, irq_handler *handler,
                                    void *context);

// The GSI of the connected pin, for the log. ERR_EMPTY: it is not connected.
MUST_USE enum error pci_pin_gsi(struct pci_address at, uint32_t *gsi);

// Switches MSI-X and the pin off, and removes the handlers.
void pci_interrupts_stop(struct pci_address at);

#endif
