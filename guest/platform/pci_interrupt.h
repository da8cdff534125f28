// SPDX-License-Identifier: MIT
// How a PCI function interrupts: by messages (MSI-X) where it has them, by a
// pin where not. PCI Local Bus 3.0, 6.8.2 "MSI-X", 2.2.6 "Interrupt Pins".
#ifndef PLATFORM_PCI_INTERRUPT_H
#define PLATFORM_PCI_INTERRUPT_H

#include "base/error.h"
#include "platform/irq.h"
#include "platform/pci.h"

struct pci_message {
    irq_handler *handler; // what it says means nothing here
    void *context;
};

// Gives the function's first `count` MSI-X vectors to the handlers, in order,
// and switches MSI-X on (with the pin off). ERR_EMPTY: it has no MSI-X, or
// fewer vectors; nothing has changed. ERR_INVALID: a capability that
// contradicts itself, or the function interrupts for another driver already: it
// says that it is two things at once. ERR_FULL: no vector is left.
MUST_USE enum error pci_msix_start(struct pci_address at,
                                   const struct pci_message *messages,
                                   unsigned count);

// Calls the handler while the function's pin is active; the handler makes its
// device let go. Functions that are connected to nobody lose their pins, since
// they may share the line. ERR_EMPTY: it has no pin. ERR_RANGE: the platform
// does not say where the pin goes (logged). ERR_INVALID: as above. Otherwise as
// irq_connect's.
MUST_USE enum error pci_pin_connect(struct pci_address at, irq_handler *handler,
                                    void *context);

// Where that was, for the log. ERR_EMPTY: the pin is not connected.
MUST_USE enum error pci_pin_gsi(struct pci_address at, uint32_t *gsi);

// Silences both for good: MSI-X off, pin off, the handlers are forgotten.
void pci_interrupts_stop(struct pci_address at);

#endif
