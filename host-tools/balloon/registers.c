// SPDX-License-Identifier: MIT
// Finds a device's register, its address and then its value.
// VIRTIO 1.4, 4.2.2, 4.1.4.3 and 4.1.4.10 "Legacy Interfaces" for the offsets.
// Limits: the guest may move the registers meanwhile.
#include "balloon/registers.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "qmp/json.h"
#include "qmp/qom.h"

enum {
    REGION_DEPTH = 16
};

// The place of a register on each transport.
struct layout {
    unsigned mmio;      // offset in a slot of virtio-mmio
    const char *modern; // part of the name of a modern PCI device's region
    unsigned in_modern; // offset in that region
    unsigned legacy;    // offset in the I/O BAR of a PCI device
    bool msix_moves;    // in the I/O BAR, MSI-X puts its registers before it
    char unit;          // the monitor's letter for its width on PCI; registers
                        // of a slot are always words
};

static const struct layout layouts[] = {
    [REGISTERS_NUM_PAGES] = {0x100, "virtio-pci-device", 0, 20, true, 'w'},
    [REGISTERS_STATUS] = {0x70, "virtio-pci-common", 20, 18, false, 'b'},
};

// The register's address, and the monitor's command that reads it.
struct reg {
    const char *command;
    char unit;
    uint64_t address;
};

struct reading {
    const struct balloon *balloon;
    const struct layout *layout;
    struct registers_value *value;
};

static bool unknown(struct reading *reading, const char *reason)
{
    text_format(reading->value->reason, sizeof reading->value->reason, "%s",
                reason);
    return false;
}

// Reads a property that is a string. False: no such property, not a string, or
// too long.
static bool text_of(struct reading *reading, const char *path,
                    const char *property, char *out, size_t size)
{
    struct failure failure;
    AUTO_JSON struct json_object *value = NULL;

    if (!qom_get(reading->balloon->session, path, property,
                 reading->balloon->deadline, &value, &failure)) {
        return false;
    }
    const char *text = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : NULL;
    const bool fits = text && strlen(text) < size;

    if (fits) {
        text_format(out, size, "%s", text);
    }
    return fits;
}

static bool address_of(struct reading *reading, const char *path,
                       uint64_t *address)
{
    struct failure failure;
    AUTO_JSON struct json_object *value = NULL;

    if (!qom_get(reading->balloon->session, path, "addr",
                 reading->balloon->deadline, &value, &failure)) {
        return false;
    }
    return json_uint64(value, address) == JSON_INTEGER_OK;
}

// Replaces `region` by the outermost region that contains it (itself if none
// does). *address is its start within that one.
static bool place(struct reading *reading, char region[DEVICE_PATH],
                  uint64_t *address)
{
    char outer[DEVICE_PATH];
    uint64_t sum = 0;

    for (unsigned depth = 0; depth < REGION_DEPTH; depth++) {
        uint64_t offset = 0;

        if (!text_of(reading, region, "container", outer, sizeof outer) ||
            !address_of(reading, region, &offset)) {
            return false;
        }
        if (!outer[0]) {
            *address = sum;
            return true;
        }
        sum += offset;
        text_format(region, DEVICE_PATH, "%s", outer);
    }
    return false;
}

// The nth child, counted from 1, whose name contains `part`; false: none.
static bool child(struct json_object *children, const char *part, unsigned nth,
                  const char **name)
{
    for (size_t i = 0; i < json_object_array_length(children); i++) {
        *name =
            json_member_string(json_object_array_get_idx(children, i), "name");
        if (*name && strstr(*name, part) && --nth == 0) {
            return true;
        }
    }
    return false;
}

// The start of that region, and the monitor's command for its address space,
// memory or ports. A PCI bridge has its own spaces, with the same addresses as
// the machine's. False: the region is in none of them; if no region outside the
// device contains it, the register is unmapped.
static bool mapped(struct reading *reading, const char *device,
                   const char *name, struct reg *reg)
{
    static const struct {
        const char *outermost;
        const char *command;
    } spaces[] = {
        {"/system[", "xp /1x"},
        {"/pci_bridge_pci[", "xp /1x"},
        {"/io[", "i /"},
        {"/pci_bridge_io[", "i /"},
    };
    char region[DEVICE_PATH];

    text_format(region, sizeof region, "%s/%s", device, name);
    if (!place(reading, region, &reg->address)) {
        return false;
    }
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (strstr(region, spaces[i].outermost)) {
            reg->command = spaces[i].command;
            return true;
        }
    }
    reading->value->unmapped = strncmp(region, device, strlen(device)) == 0;
    return false;
}

// A modern interface has a region for each structure, wherever the guest maps
// its BAR. Without such a region the register is in the I/O BAR, where MSI-X
// moves some registers.
static bool find_pci(struct reading *reading, const char *device,
                     struct json_object *children, struct reg *reg)
{
    const struct layout *layout = reading->layout;
    const char *name = NULL;

    if (child(children, layout->modern, 1, &name) &&
        mapped(reading, device, name, reg)) {
        reg->address += layout->in_modern;
        return true;
    }
    if (layout->msix_moves && child(children, "-msix[", 1, &name)) {
        return unknown(reading, "the place to which MSI-X has moved its "
                                "register is not known");
    }
    for (unsigned i = 1; child(children, "virtio-pci[", i, &name); i++) {
        if (mapped(reading, device, name, reg)) {
            reg->address += layout->legacy;
            return true;
        }
    }
    return unknown(reading, "the device's registers are not mapped, or not "
                            "those of virtio-mmio or virtio-pci");
}

// The device in a virtio-mmio slot is on a bus that is the slot's child.
static bool find(struct reading *reading, const char *device, struct reg *reg)
{
    struct failure failure;
    AUTO_JSON struct json_object *children = NULL;
    char slot[DEVICE_PATH] = "";
    char *bus = text_of(reading, device, "parent_bus", slot, sizeof slot)
                    ? strstr(slot, "/virtio-mmio-bus.")
                    : NULL;

    if (bus) {
        *bus = '\0';
        if (!mapped(reading, slot, "virtio-mmio[0]", reg)) {
            return unknown(reading, "its slot of virtio-mmio is not mapped");
        }
        reg->address += reading->layout->mmio;
        reg->unit = 'w';
        return true;
    }
    if (!qom_list(reading->balloon->session, device, reading->balloon->deadline,
                  &children, &failure)) {
        return unknown(reading, "QEMU does not list the parts of the device");
    }
    reg->unit = reading->layout->unit;
    return find_pci(reading, device, children, reg);
}

// The monitor prints words in the target's byte order; on x86, that is also the
// device's byte order.
static bool is_x86(struct reading *reading)
{
    struct failure failure;
    AUTO_JSON struct json_object *answer = NULL;

    if (!session_execute(reading->balloon->session, "query-target", NULL,
                         reading->balloon->deadline, &answer, &failure)) {
        return false;
    }
    const char *arch = json_member_string(answer, "arch");

    return arch && (strcmp(arch, "x86_64") == 0 || strcmp(arch, "i386") == 0);
}

bool registers_word(const char *text, uint64_t *word)
{
    static const char before[] = " 0x";
    const char *at = strstr(text, before);

    if (!at) {
        return false;
    }
    at += sizeof before - 1;
    const size_t digits = strspn(at, "0123456789abcdef");

    if (digits == 0 || digits > 8 || strcmp(at + digits, "\r\n") != 0) {
        return false;
    }
    *word = strtoull(at, NULL, 16);
    return true;
}

enum monitor_result registers_monitor(const struct balloon *balloon,
                                      const char *line, uint64_t *number)
{
    struct failure failure;
    AUTO_JSON struct json_object *answer = NULL;
    struct json_object *arguments = json_object_new_object();

    json_object_object_add(arguments, "command-line",
                           json_object_new_string(line));
    if (!session_execute(balloon->session, "human-monitor-command", arguments,
                         balloon->deadline, &answer, &failure)) {
        return MONITOR_NONE;
    }
    return json_object_is_type(answer, json_type_string) &&
                   registers_word(json_object_get_string(answer), number)
               ? MONITOR_NUMBER
               : MONITOR_NO_NUMBER;
}

static bool read_register(struct reading *reading, const struct reg *reg)
{
    char line[64];

    text_format(line, sizeof line, "%s%c %#llx", reg->command, reg->unit,
                (unsigned long long)reg->address);
    switch (registers_monitor(reading->balloon, line, &reading->value->value)) {
    case MONITOR_NUMBER:
        return true;
    case MONITOR_NONE:
        return unknown(reading, "QEMU has no human monitor");
    default:
        return unknown(reading, "QEMU could not read its register");
    }
}

void registers_read(const struct balloon *balloon, enum registers_kind kind,
                    struct registers_value *value)
{
    struct reading reading = {balloon, &layouts[kind], value};
    struct reg reg = {0};

    *value = (struct registers_value){0};
    if (!is_x86(&reading)) {
        (void)unknown(&reading, "the machine is not known to be an x86");
        return;
    }
    value->known = find(&reading, balloon->device.path, &reg) &&
                   read_register(&reading, &reg);
}
