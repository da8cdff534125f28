// SPDX-License-Identifier: MIT
// The walk: 32 devices of 8 functions on each bus, buses in ascending order.
// The order is possible because a bus behind a bridge has a higher number than
// the bridge's own. PCI-to-PCI Bridge 1.2, 3.2.5.3.
#include "platform/pci/walk.h"

#include "base/log.h"

#define DEVICES 32
#define FUNCTIONS 8

// Vendor ID 0 is unassigned too: unclaimed memory reads as 0 when MCFG is
// wrong.
static bool is_function(struct pci_address at)
{
    const uint16_t vendor = pci_read16(at, PCI_VENDOR_ID);

    return vendor != PCI_VENDOR_NONE && vendor != 0;
}

static bool is_bridge(struct pci_address at)
{
    return pci_header_type(at) == PCI_HEADER_BRIDGE;
}

static bool is_known_bus(const struct pci_walk *walk, unsigned bus)
{
    return walk->buses[bus / 64] >> bus % 64 & 1;
}

static void add_secondary_bus(struct pci_walk *walk, struct pci_address at)
{
    const uint8_t bus = pci_read8(at, PCI_SECONDARY_BUS);

    if (bus <= at.bus || is_known_bus(walk, bus)) {
        log_line("pci bridge at=%02x:%02x.%x secondary=%u followed=no", at.bus,
                 at.device, at.function, bus);
        return;
    }
    walk->buses[bus / 64] |= 1ull << bus % 64;
}

// The lowest known bus above the current one.
static void next_bus(struct pci_walk *walk)
{
    for (unsigned bus = walk->next.bus + 1u; bus < 256; bus++) {
        if (is_known_bus(walk, bus)) {
            walk->next = (struct pci_address){.bus = (uint8_t)bus};
            return;
        }
    }
    walk->done = true;
}

static void next_device(struct pci_walk *walk)
{
    walk->next.function = 0;
    walk->multi_function = false;
    if (++walk->next.device == DEVICES) {
        next_bus(walk);
    }
}

static void next_function(struct pci_walk *walk)
{
    if (!walk->multi_function || ++walk->next.function == FUNCTIONS) {
        next_device(walk);
    }
}

void pci_walk_begin(struct pci_walk *walk)
{
    *walk = (struct pci_walk){.buses = {1}};
}

bool pci_walk_next(struct pci_walk *walk, struct pci_address *at)
{
    while (!walk->done) {
        const struct pci_address here = walk->next;
        const bool found = is_function(here);

        if (found && here.function == 0) {
            walk->multi_function =
                pci_read8(here, PCI_HEADER_TYPE) & PCI_HEADER_MULTI_FUNCTION;
        }
        if (found && is_bridge(here)) {
            add_secondary_bus(walk, here);
        }
        next_function(walk);
        if (found) {
            walk->functions++;
            *at = here;
            return true;
        }
    }
    return false;
}

enum error pci_bridge_above(uint8_t bus, struct pci_address *bridge)
{
    struct pci_walk walk;

    pci_walk_begin(&walk);
    while (pci_walk_next(&walk, bridge)) {
        if (is_bridge(*bridge) && bridge->bus < bus &&
            pci_read8(*bridge, PCI_SECONDARY_BUS) == bus) {
            return OK;
        }
    }
    return ERR_EMPTY;
}
