// SPDX-License-Identifier: MIT
// Bytes and masks. Forbidden to every driver, hence violations: sizing a
// register while its addresses are decoded, writing the status register (ones
// clear its bits), writing where every bit is read-only.
#include "fakes/fake_pci_bus.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/fake_report.h"

enum {
    COMMAND = 0x04,
    COMMAND_BITS = 0x547, // I/O, memory, master, parity, SERR, INTx disable
    COMMAND_DECODING = 0x3,
    STATUS = 0x06,
    STATUS_LIST = 0x10,
    HEADER_TYPE = 0x0e,
    BARS = 0x10,
    BARS_END = 0x28,
    BRIDGE_BARS_END = 0x18,
    BRIDGE_PRIMARY = 0x18,
    BRIDGE_SECONDARY = 0x19,
    BRIDGE_SUBORDINATE = 0x1a,
    LIST = 0x34,
};

#define FUNCTIONS 64u

static struct fake_pci_function functions[FUNCTIONS];
static unsigned function_count;

void fake_pci_bus_clear(void)
{
    fake_pci_disclaim(NULL);
    function_count = 0;
}

void fake_pci_put(struct fake_pci_function *function, unsigned offset,
                  uint32_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        function->bytes[offset + i] = (uint8_t)(value >> 8 * i);
    }
}

uint32_t fake_pci_get(const struct fake_pci_function *function, unsigned offset,
                      unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++) {
        value |= (uint32_t)function->bytes[offset + i] << 8 * i;
    }
    return value;
}

static uint32_t on_read(void *context, uint32_t offset, unsigned width)
{
    return fake_pci_get(context, offset, width);
}

static bool is_bar(const struct fake_pci_function *function, uint32_t offset)
{
    bool bridge = function->bytes[HEADER_TYPE] & 1;

    return offset >= BARS && offset < (bridge ? BRIDGE_BARS_END : BARS_END);
}

static void check_write(const struct fake_pci_function *function,
                        uint32_t offset, unsigned width, uint32_t value)
{
    unsigned writable = 0;

    for (unsigned i = 0; i < width; i++) {
        writable |= function->writable[offset + i];
    }
    // An unimplemented BAR may be written, as sizing does.
    if (writable == 0 && !is_bar(function, offset)) {
        fake_violation("pci: read-only 0x%x of %02x:%02x.%x written", offset,
                       function->at.bus, function->at.device,
                       function->at.function);
    }
    if (offset <= STATUS && offset + width > STATUS) {
        fake_violation("pci: the status register written");
    }
    if (is_bar(function, offset) && value == UINT32_MAX &&
        function->bytes[COMMAND] & COMMAND_DECODING) {
        fake_violation("pci: a BAR sized while it is decoded");
    }
}

static void on_write(void *context, uint32_t offset, unsigned width,
                     uint32_t value)
{
    struct fake_pci_function *function = context;

    check_write(function, offset, width, value);
    function->writes++;
    for (unsigned i = 0; i < width; i++) {
        uint8_t *byte = &function->bytes[offset + i];
        uint8_t mask = function->writable[offset + i];

        *byte = (uint8_t)((*byte & ~mask) | ((value >> 8 * i) & mask));
    }
}

struct fake_pci_function *fake_pci_plug(uint8_t bus, uint8_t device,
                                        uint8_t function)
{
    if (function_count == FUNCTIONS) {
        abort();
    }
    struct fake_pci_function *new = &functions[function_count++];

    *new = (struct fake_pci_function){.at = {bus, device, function}};
    fake_pci_put(new, 0, 0x56781234, 4);
    new->writable[COMMAND] = COMMAND_BITS & 0xff;
    new->writable[COMMAND + 1] = COMMAND_BITS >> 8;
    fake_pci_claim(&(struct fake_pci_entry){
        .at = new->at, .function = new, .read = on_read, .write = on_write});
    return new;
}

void fake_pci_unplug(struct fake_pci_function *function)
{
    fake_pci_disclaim(function);
}

struct fake_pci_function *fake_pci_plug_bridge(uint8_t bus, uint8_t device,
                                               uint8_t function,
                                               uint8_t secondary)
{
    struct fake_pci_function *bridge = fake_pci_plug(bus, device, function);

    bridge->bytes[HEADER_TYPE] = 1;
    bridge->bytes[BRIDGE_PRIMARY] = bus;
    bridge->bytes[BRIDGE_SECONDARY] = secondary;
    bridge->bytes[BRIDGE_SUBORDINATE] = secondary;
    return bridge;
}

static void put_half(struct fake_pci_function *function, unsigned bar,
                     uint32_t value, uint32_t writable)
{
    unsigned offset = BARS + 4 * bar;

    fake_pci_put(function, offset, value, 4);
    for (unsigned i = 0; i < 4; i++) {
        function->writable[offset + i] = (uint8_t)(writable >> 8 * i);
    }
}

void fake_pci_put_bar(struct fake_pci_function *function, unsigned bar,
                      unsigned kind, uint64_t address, uint64_t bytes)
{
    uint64_t writable = ~(bytes - 1);

    put_half(function, bar, (uint32_t)address | kind, (uint32_t)writable);
    if ((kind & 5) == 4) {
        put_half(function, bar + 1, (uint32_t)(address >> 32),
                 (uint32_t)(writable >> 32));
    }
}

void fake_pci_put_capability(struct fake_pci_function *function,
                             unsigned offset, uint8_t id, uint8_t next)
{
    function->bytes[offset] = id;
    function->bytes[offset + 1] = next;
}

void fake_pci_put_list(struct fake_pci_function *function, uint8_t first)
{
    function->bytes[STATUS] |= STATUS_LIST;
    function->bytes[LIST] = first;
}
