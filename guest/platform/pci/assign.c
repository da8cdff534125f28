// SPDX-License-Identifier: MIT
// First fit, the largest register first, each aligned to its size as the
// specification requires. Expansion ROMs are ignored: they are disabled and
// need no address. PCI-to-PCI Bridge 1.2, 3.2.5.
#include "platform/pci/assign.h"

#include "base/log.h"
#include "platform/pci/bridge.h"
#include "platform/pci/walk.h"

#define BARS_MAX 6u
#define TAKEN_MAX 256u

// The address ranges in use on the bus.
struct taken {
    struct pci_range ranges[TAKEN_MAX];
    unsigned count;
};

static enum error add_range(struct taken *taken, struct pci_range range)
{
    if (taken->count == TAKEN_MAX) {
        return ERR_FULL;
    }
    taken->ranges[taken->count++] = range;
    return OK;
}

static struct pci_range range_of(const struct pci_bar *bar)
{
    return (struct pci_range){bar->space, bar->address,
                              bar->address + bar->bytes - 1};
}

// An invalid register reserves no range.
static enum error add_bars(struct taken *taken, struct pci_address at)
{
    enum error error = OK;

    for (unsigned i = 0; i < pci_bar_count(at) && error == OK; i++) {
        struct pci_bar bar;

        if (pci_bar_read(at, i, &bar) == OK && bar.address != 0) {
            error = add_range(taken, range_of(&bar));
        }
    }
    return error;
}

static enum error add_windows(struct taken *taken, struct pci_address bridge)
{
    enum error error = OK;

    for (unsigned kind = 0; kind < PCI_WINDOWS && error == OK; kind++) {
        struct pci_range window;

        if (pci_window_read(bridge, (enum pci_window_kind)kind, &window) ==
            OK) {
            error = add_range(taken, window);
        }
    }
    return error;
}

static enum error add_bus(struct taken *taken, uint8_t bus)
{
    struct pci_walk walk;
    struct pci_address at;
    enum error error = OK;

    taken->count = 0;
    pci_walk_begin(&walk);
    while (error == OK && pci_walk_next(&walk, &at)) {
        if (at.bus != bus) {
            continue;
        }
        error = add_bars(taken, at);
        if (error == OK && pci_header_type(at) == PCI_HEADER_BRIDGE) {
            error = add_windows(taken, at);
        }
    }
    return error;
}

// A range in use that overlaps `wanted`; NULL: there is none.
static const struct pci_range *find_overlap(const struct taken *taken,
                                            const struct pci_range *wanted)
{
    for (unsigned i = 0; i < taken->count; i++) {
        const struct pci_range *other = &taken->ranges[i];

        if (other->space == wanted->space && other->first <= wanted->last &&
            wanted->first <= other->last) {
            return other;
        }
    }
    return NULL;
}

// The lowest aligned place for `bytes` at or above `from`. False: the window
// has none.
static bool place_above(const struct pci_range *window, uint64_t from,
                        uint64_t bytes, struct pci_range *place)
{
    const uint64_t first = (from + bytes - 1) & ~(bytes - 1);

    if (first < from || first > window->last ||
        bytes - 1 > window->last - first) {
        return false;
    }
    *place = (struct pci_range){window->space, first, first + bytes - 1};
    return true;
}

// Each iteration moves above one more range in use, so the loop ends.
static enum error find_gap(const struct taken *taken,
                           const struct pci_range *window, uint64_t bytes,
                           struct pci_range *place)
{
    if (!place_above(window, window->first, bytes, place)) {
        return ERR_RANGE;
    }
    for (;;) {
        const struct pci_range *other = find_overlap(taken, place);

        if (other == NULL) {
            return OK;
        }
        if (other->last >= window->last ||
            !place_above(window, other->last + 1, bytes, place)) {
            return ERR_FULL;
        }
    }
}

// Finds a place in the window of this kind, if the register can reach it.
static enum error place_in(struct pci_address bridge, enum pci_window_kind kind,
                           const struct taken *taken, const struct pci_bar *bar,
                           struct pci_range *place)
{
    const uint64_t reach = bar->space == IO_PORTS ? UINT16_MAX
                           : bar->wide            ? UINT64_MAX
                                                  : UINT32_MAX;
    struct pci_range window;

    if (pci_window_read(bridge, kind, &window) != OK || window.last > reach) {
        return ERR_RANGE;
    }
    return find_gap(taken, &window, bar->bytes, place);
}

// A prefetchable register may be placed in a non-prefetchable window, but not
// the other way round.
static enum error place_bar(struct pci_address bridge,
                            const struct taken *taken,
                            const struct pci_bar *bar, struct pci_range *place)
{
    if (bar->space == IO_PORTS) {
        return place_in(bridge, PCI_WINDOW_IO, taken, bar, place);
    }
    if (bar->prefetchable &&
        place_in(bridge, PCI_WINDOW_PREFETCHABLE, taken, bar, place) == OK) {
        return OK;
    }
    return place_in(bridge, PCI_WINDOW_MEMORY, taken, bar, place);
}

static void write_address(struct pci_address at, unsigned number,
                          const struct pci_bar *bar, uint64_t address)
{
    pci_command_set(at, 0, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
    pci_write32(at, PCI_BAR0 + 4 * number, (uint32_t)address);
    if (bar->wide) {
        pci_write32(at, PCI_BAR0 + 4 * (number + 1), (uint32_t)(address >> 32));
    }
}

// The registers without an address; bytes is 0 for the others.
struct unassigned {
    struct pci_bar bars[BARS_MAX];
};

static enum error find_unassigned(struct pci_address at,
                                  struct unassigned *unassigned)
{
    *unassigned = (struct unassigned){0};
    for (unsigned i = 0; i < pci_bar_count(at); i++) {
        struct pci_bar bar;
        const enum error error = pci_bar_read(at, i, &bar);

        if (error != OK && error != ERR_EMPTY) {
            return error;
        }
        if (error == OK && bar.address == 0) {
            unassigned->bars[i] = bar;
        }
    }
    return OK;
}

// The number of the largest register. False: none is left.
static bool largest(const struct unassigned *unassigned, unsigned *number)
{
    *number = 0;
    for (unsigned i = 1; i < BARS_MAX; i++) {
        if (unassigned->bars[i].bytes > unassigned->bars[*number].bytes) {
            *number = i;
        }
    }
    return unassigned->bars[*number].bytes != 0;
}

static void log_assigned(struct pci_address at, unsigned number,
                         const struct pci_bar *bar, uint64_t address)
{
    log_line("pci assign at=%02x:%02x.%x bar=%u space=%s bytes=%#llx "
             "address=%#llx",
             at.bus, at.device, at.function, number,
             bar->space == IO_PORTS ? "ports" : "memory",
             (unsigned long long)bar->bytes, (unsigned long long)address);
}

static enum error assign_bar(struct pci_address at, struct pci_address bridge,
                             unsigned number, const struct pci_bar *bar,
                             struct taken *taken)
{
    struct pci_range place = {0};
    enum error error = place_bar(bridge, taken, bar, &place);

    if (error == OK) {
        error = add_range(taken, place);
    }
    if (error == OK) {
        write_address(at, number, bar, place.first);
    }
    log_assigned(at, number, bar, error == OK ? place.first : 0);
    return error;
}

// Tries every register, and returns the first error.
static enum error assign_all(struct pci_address at, struct pci_address bridge,
                             struct unassigned *unassigned, struct taken *taken)
{
    enum error first = OK;
    unsigned number;

    while (largest(unassigned, &number)) {
        const enum error error =
            assign_bar(at, bridge, number, &unassigned->bars[number], taken);

        first = first == OK ? error : first;
        unassigned->bars[number].bytes = 0;
    }
    return first;
}

enum error pci_assign(struct pci_address at)
{
    static struct taken taken;
    struct pci_address bridge;
    struct unassigned unassigned;
    unsigned number;
    enum error error = find_unassigned(at, &unassigned);

    if (error != OK || !largest(&unassigned, &number)) {
        return error;
    }
    if (pci_bridge_above(at.bus, &bridge) != OK) {
        log_line("pci assign at=%02x:%02x.%x error=no_bridge", at.bus,
                 at.device, at.function);
        return ERR_RANGE;
    }
    error = add_bus(&taken, at.bus);
    if (error != OK) {
        log_line("pci assign at=%02x:%02x.%x error=crowded_bus", at.bus,
                 at.device, at.function);
        return error;
    }
    return assign_all(at, bridge, &unassigned, &taken);
}
