// SPDX-License-Identifier: MIT
// First fit, the largest register first, each aligned to its size as the
// specification requires. Expansion ROMs are ignored: they are disabled and
// need no address. PCI-to-PCI Bridge 1.2, 3.2.5.
#include "platform/pci/assign.h"

#include "base/log.h"
#include "platform/pci/walk.h"
#include "platform/pci/bridge.h"

#define BARS_MAX 6u
#define TAKEN_MAX 256u

// The address ranges in use on the bus.
struct taken {
    struct pci_stretch stretches[TAKEN_MAX];
    unsigned count;
};

static enum error take(struct taken *taken, struct pci_stretch stretch)
{
    if (taken->count == TAKEN_MAX) {
        return ERR_FULL;
    }
    taken->stretches[taken->count++] = stretch;
    return OK;
}

static struct pci_stretch stretch_of(const struct pci_bar *bar)
{
    return (struct pci_stretch){bar->space, bar->address,
                                bar->address + bar->bytes - 1};
}

// An invalid register reserves no range.
static enum error take_bars(struct taken *taken, struct pci_address at)
{
    enum error error = OK;

    for (unsigned i = 0; i < pci_bar_count(at) && error == OK; i++) {
        struct pci_bar bar;

        if (pci_bar_read(at, i, &bar) == OK && bar.address != 0) {
            error = take(taken, stretch_of(&bar));
        }
    }
    return error;
}

static enum error take_windows(struct taken *taken, struct pci_address bridge)
{
    enum error error = OK;

    for (unsigned kind = 0; kind < PCI_WINDOWS && error == OK; kind++) {
        struct pci_stretch window;

        if (pci_window_read(bridge, (enum pci_window_kind)kind, &window) ==
            OK) {
            error = take(taken, window);
        }
    }
    return error;
}

static enum error take_bus(struct taken *taken, uint8_t bus)
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
        error = take_bars(taken, at);
        if (error == OK && pci_header_type(at) == PCI_HEADER_BRIDGE) {
            error = take_windows(taken, at);
        }
    }
    return error;
}

// A range in use that overlaps `wanted`; NULL: there is none.
static const struct pci_stretch *in_the_way(const struct taken *taken,
                                            const struct pci_stretch *wanted)
{
    for (unsigned i = 0; i < taken->count; i++) {
        const struct pci_stretch *other = &taken->stretches[i];

        if (other->space == wanted->space && other->first <= wanted->last &&
            wanted->first <= other->last) {
            return other;
        }
    }
    return NULL;
}

// The lowest aligned place for `bytes` at or above `from`. False: the window
// has none.
static bool fit(const struct pci_stretch *window, uint64_t from, uint64_t bytes,
                struct pci_stretch *place)
{
    const uint64_t first = (from + bytes - 1) & ~(bytes - 1);

    if (first < from || first > window->last ||
        bytes - 1 > window->last - first) {
        return false;
    }
    *place = (struct pci_stretch){window->space, first, first + bytes - 1};
    return true;
}

// Each iteration moves above one more range in use, so the loop ends.
static enum error find_room(const struct taken *taken,
                            const struct pci_stretch *window, uint64_t bytes,
                            struct pci_stretch *place)
{
    if (!fit(window, window->first, bytes, place)) {
        return ERR_RANGE;
    }
    for (;;) {
        const struct pci_stretch *other = in_the_way(taken, place);

        if (other == NULL) {
            return OK;
        }
        if (other->last >= window->last ||
            !fit(window, other->last + 1, bytes, place)) {
            return ERR_FULL;
        }
    }
}

// Finds a place in the window of this kind, if the register can reach it.
static enum error place_in(struct pci_address bridge, enum pci_window_kind kind,
                           const struct taken *taken, const struct pci_bar *bar,
                           struct pci_stretch *place)
{
    const uint64_t reach = bar->space == IO_PORTS ? UINT16_MAX
                           : bar->wide            ? UINT64_MAX
                                                  : UINT32_MAX;
    struct pci_stretch window;

    if (pci_window_read(bridge, kind, &window) != OK || window.last > reach) {
        return ERR_RANGE;
    }
    return find_room(taken, &window, bar->bytes, place);
}

// A prefetchable register may be placed in a non-prefetchable window, but not
// the other way round.
static enum error place_bar(struct pci_address bridge,
                            const struct taken *taken,
                            const struct pci_bar *bar,
                            struct pci_stretch *place)
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

static void program(struct pci_address at, unsigned number,
                    const struct pci_bar *bar, uint64_t address)
{
    const uint16_t command = pci_read16(at, PCI_COMMAND);

    pci_write16(at, PCI_COMMAND,
                command & (uint16_t) ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
    pci_write32(at, PCI_BAR0 + 4 * number, (uint32_t)address);
    if (bar->wide) {
        pci_write32(at, PCI_BAR0 + 4 * (number + 1), (uint32_t)(address >> 32));
    }
}

// The registers without an address; bytes is 0 for the others.
struct wanting {
    struct pci_bar bars[BARS_MAX];
};

static enum error find_wanting(struct pci_address at, struct wanting *wanting)
{
    *wanting = (struct wanting){0};
    for (unsigned i = 0; i < pci_bar_count(at); i++) {
        struct pci_bar bar;
        const enum error error = pci_bar_read(at, i, &bar);

        if (error != OK && error != ERR_EMPTY) {
            return error;
        }
        if (error == OK && bar.address == 0) {
            wanting->bars[i] = bar;
        }
    }
    return OK;
}

// The number of the largest register. False: none is left.
static bool largest(const struct wanting *wanting, unsigned *number)
{
    *number = 0;
    for (unsigned i = 1; i < BARS_MAX; i++) {
        if (wanting->bars[i].bytes > wanting->bars[*number].bytes) {
            *number = i;
        }
    }
    return wanting->bars[*number].bytes != 0;
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
    struct pci_stretch place = {0};
    enum error error = place_bar(bridge, taken, bar, &place);

    if (error == OK) {
        error = take(taken, place);
    }
    if (error == OK) {
        program(at, number, bar, place.first);
    }
    log_assigned(at, number, bar, error == OK ? place.first : 0);
    return error;
}

// Tries every register, and returns the first error.
static enum error assign_all(struct pci_address at, struct pci_address bridge,
                             struct wanting *wanting, struct taken *taken)
{
    enum error first = OK;
    unsigned number;

    while (largest(wanting, &number)) {
        const enum error error =
            assign_bar(at, bridge, number, &wanting->bars[number], taken);

        first = first == OK ? error : first;
        wanting->bars[number].bytes = 0;
    }
    return first;
}

enum error pci_assign(struct pci_address at)
{
    static struct taken taken;
    struct pci_address bridge;
    struct wanting wanting;
    unsigned number;
    enum error error = find_wanting(at, &wanting);

    if (error != OK || !largest(&wanting, &number)) {
        return error;
    }
    if (pci_bridge_above(at.bus, &bridge) != OK) {
        log_line("pci assign at=%02x:%02x.%x error=no_bridge", at.bus,
                 at.device, at.function);
        return ERR_RANGE;
    }
    error = take_bus(&taken, at.bus);
    if (error != OK) {
        log_line("pci assign at=%02x:%02x.%x error=crowded_bus", at.bus,
                 at.device, at.function);
        return error;
    }
    return assign_all(at, bridge, &wanting, &taken);
}
