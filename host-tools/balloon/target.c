// SPDX-License-Identifier: MIT
// From a device to its registers, to an address, to the word that stands there.
// VIRTIO 1.4, 4.2.2 and 4.1.4.10 "Legacy Interfaces" for where configuration
// space begins. Limits: one look; the guest may move the registers meanwhile.
#include "balloon/target.h"

#include <stdlib.h>
#include <string.h>

#include "balloon/size.h"
#include "base/text.h"
#include "qmp/json.h"
#include "qmp/qom.h"

enum {
    REGION_DEPTH = 16,
    MMIO_CONFIG = 0x100,   // in a slot of virtio-mmio
    LEGACY_PCI_CONFIG = 20 // in the I/O BAR of a device without MSI-X
};

// Where num_pages stands, and the monitor's command to read it.
struct reg {
    const char *command;
    uint64_t address;
};

struct reading {
    struct session *session;
    struct deadline deadline;
    struct target *target;
};

static bool unknown(struct reading *reading, const char *reason)
{
    text_format(reading->target->reason, sizeof reading->target->reason, "%s",
                reason);
    return false;
}

// A property that is a string, or false where there is none.
static bool text_of(struct reading *reading, const char *path,
                    const char *property, char *out, size_t size)
{
    struct failure failure;
    struct json_object *value = NULL;

    if (!qom_get(reading->session, path, property, reading->deadline, &value,
                 &failure)) {
        return false;
    }
    const char *text = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : NULL;
    const bool fits = text && strlen(text) < size;

    if (fits) {
        text_format(out, size, "%s", text);
    }
    json_object_put(value);
    return fits;
}

static bool address_of(struct reading *reading, const char *path,
                       uint64_t *address)
{
    struct failure failure;
    struct json_object *value = NULL;

    if (!qom_get(reading->session, path, "addr", reading->deadline, &value,
                 &failure)) {
        return false;
    }
    const enum json_integer kind = json_uint64(value, address);

    json_object_put(value);
    return kind == JSON_INTEGER_OK;
}

// Where a region begins, in the outermost one that it stands in, whose path
// `region` is then; false if it stands in none.
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
            return depth > 0;
        }
        sum += offset;
        text_format(region, DEVICE_PATH, "%s", outer);
    }
    return false;
}

// The nth child, from 1, of those whose name has that part; false: none.
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

// Reads a register of that region, by the command for what it ends up in:
// memory or ports. A bridge has its own of both, with the same addresses as
// the machine's. False: it is not mapped, or in neither.
static bool mapped(struct reading *reading, const char *device,
                   const char *name, struct reg *reg)
{
    static const struct {
        const char *outermost;
        const char *command;
    } spaces[] = {
        {"/system[", "xp /1xw"},
        {"/pci_bridge_pci[", "xp /1xw"},
        {"/io[", "i /w"},
        {"/pci_bridge_io[", "i /w"},
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
    return false;
}

// A modern interface has a region for this structure, wherever the guest put
// its BAR. Without one it stands in the I/O BAR, and MSI-X would move it.
static bool find_pci(struct reading *reading, const char *device,
                     struct json_object *children, struct reg *reg)
{
    const char *name = NULL;

    if (child(children, "virtio-pci-device", 1, &name) &&
        mapped(reading, device, name, reg)) {
        return true;
    }
    if (child(children, "-msix[", 1, &name)) {
        return unknown(reading, "where MSI-X has moved its register to is "
                                "not known");
    }
    for (unsigned i = 1; child(children, "virtio-pci[", i, &name); i++) {
        if (mapped(reading, device, name, reg)) {
            reg->address += LEGACY_PCI_CONFIG;
            return true;
        }
    }
    return unknown(reading, "the device's registers are not mapped, or not "
                            "those of virtio-mmio or virtio-pci");
}

// The device of a virtio-mmio slot stands on a bus that is the slot's child.
static bool find(struct reading *reading, const char *device, struct reg *reg)
{
    struct failure failure;
    struct json_object *children = NULL;
    char slot[DEVICE_PATH] = "";
    char *bus = text_of(reading, device, "parent_bus", slot, sizeof slot)
                    ? strstr(slot, "/virtio-mmio-bus.")
                    : NULL;

    if (bus) {
        *bus = '\0';
        if (!mapped(reading, slot, "virtio-mmio[0]", reg)) {
            return unknown(reading, "its slot of virtio-mmio is not mapped");
        }
        reg->address += MMIO_CONFIG;
        return true;
    }
    if (!qom_list(reading->session, device, reading->deadline, &children,
                  &failure)) {
        return unknown(reading, "QEMU does not say what the device has");
    }
    const bool found = find_pci(reading, device, children, reg);

    json_object_put(children);
    return found;
}

// The monitor prints words in the target's byte order: x86's is the device's.
static bool is_x86(struct reading *reading)
{
    struct failure failure;
    struct json_object *answer = NULL;

    if (!session_execute(reading->session, "query-target", NULL,
                         reading->deadline, &answer, &failure)) {
        return false;
    }
    const char *arch = json_member_string(answer, "arch");
    const bool x86 =
        arch && (strcmp(arch, "x86_64") == 0 || strcmp(arch, "i386") == 0);

    json_object_put(answer);
    return x86;
}

int64_t target_size(const struct target *target, uint64_t ram)
{
    return (int64_t)ram - (int64_t)(target->pages * SIZE_PAGE);
}

bool target_word(const char *text, uint64_t *word)
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

static bool read_word(struct reading *reading, const struct reg *reg)
{
    struct failure failure;
    struct json_object *answer = NULL;
    struct json_object *arguments = json_object_new_object();
    char line[64];

    text_format(line, sizeof line, "%s %#llx", reg->command,
                (unsigned long long)reg->address);
    json_object_object_add(arguments, "command-line",
                           json_object_new_string(line));
    if (!session_execute(reading->session, "human-monitor-command", arguments,
                         reading->deadline, &answer, &failure)) {
        return unknown(reading, "QEMU has no monitor for people to read with");
    }
    const bool good =
        json_object_is_type(answer, json_type_string) &&
        target_word(json_object_get_string(answer), &reading->target->pages);

    json_object_put(answer);
    return good || unknown(reading, "QEMU could not read its register");
}

void target_read(struct session *session, const struct balloon_device *device,
                 struct deadline deadline, struct target *target)
{
    struct reading reading = {session, deadline, target};
    struct reg reg = {0};

    *target = (struct target){0};
    if (!is_x86(&reading)) {
        (void)unknown(&reading, "the machine is not known to be an x86");
        return;
    }
    target->known =
        find(&reading, device->path, &reg) && read_word(&reading, &reg);
}
