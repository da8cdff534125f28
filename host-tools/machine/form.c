// SPDX-License-Identifier: MIT
// Conversion of option words to a form, and the checks of a form.
// Limits: the type is the first word of -M, or the one after "type=".
#include "machine/form.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const transports[TRANSPORTS] = {
    [TRANSPORT_MMIO_LEGACY] = "mmio-legacy",
    [TRANSPORT_MMIO] = "mmio",
    [TRANSPORT_PCI] = "pci",
    [TRANSPORT_PCI_TRANSITIONAL] = "pci-transitional",
    [TRANSPORT_PCI_LEGACY] = "pci-legacy",
};

static const char *const rings[RINGS] = {
    [RING_SPLIT] = "split",
    [RING_PACKED] = "packed",
};

static const char *const boots[BOOTS] = {
    [BOOT_PVH] = "pvh",
    [BOOT_UEFI] = "uefi",
    [BOOT_ESP] = "esp",
};

const char *transport_name(enum transport transport)
{
    return transports[transport];
}

const char *ring_name(enum ring ring)
{
    return rings[ring];
}

const char *boot_name(enum boot boot)
{
    return boots[boot];
}

bool transport_is_pci(enum transport transport)
{
    return transport != TRANSPORT_MMIO_LEGACY && transport != TRANSPORT_MMIO;
}

void form_describe_device(const struct form *form, const char *device,
                          const char *id, struct buffer *out)
{
    static const char *const interfaces[TRANSPORTS] = {
        [TRANSPORT_MMIO_LEGACY] = "",
        [TRANSPORT_MMIO] = "",
        [TRANSPORT_PCI] = ",disable-legacy=on,disable-modern=off",
        [TRANSPORT_PCI_TRANSITIONAL] = ",disable-legacy=off,disable-modern=off",
        [TRANSPORT_PCI_LEGACY] = ",disable-legacy=off,disable-modern=on",
    };

    buffer_format(out, "virtio-%s-%s%s%s%s%s", device,
                  transport_is_pci(form->transport) ? "pci" : "device",
                  *id ? ",id=" : "", id, interfaces[form->transport],
                  form->ring == RING_PACKED ? ",packed=on" : "");
}

static bool is_legacy(enum transport transport)
{
    return transport == TRANSPORT_MMIO_LEGACY ||
           transport == TRANSPORT_PCI_LEGACY;
}

// --- Option words ---

// *row is the index of the word in `words`; `otherwise`, if `word` is NULL.
static bool read_word(const char *option, const char *const *words, int count,
                      const char *word, int otherwise, int *row,
                      struct failure *failure)
{
    char shown[64];

    *row = otherwise;
    if (!word) {
        return true;
    }
    for (*row = 0; *row < count; ++*row) {
        if (strcmp(words[*row], word) == 0) {
            return true;
        }
    }
    text_escape(shown, sizeof shown, word, strlen(word));
    failure_set(failure, CODE_USAGE, "--%s must be ", option);
    for (int i = 0; i < count; i++) {
        failure_add(failure, "%s%s",
                    i == 0           ? ""
                    : i == count - 1 ? " or "
                                     : ", ",
                    words[i]);
    }
    failure_add(failure, ", not '%s'", shown);
    return false;
}

// --- The machine ---

enum family {
    FAMILY_MICROVM,
    FAMILY_PC, // q35 too: a PCI bus, no virtio-mmio
    FAMILY_OTHER
};

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// Whether the type, up to a comma, is exactly `type`.
static bool is_type(const char *machine, const char *type)
{
    return begins(machine, type) &&
           (machine[strlen(type)] == '\0' || machine[strlen(type)] == ',');
}

static const char *type_of(const char *machine)
{
    return machine + (begins(machine, "type=") ? strlen("type=") : 0);
}

static enum family family_of(const char *machine)
{
    machine = type_of(machine);
    if (is_type(machine, "microvm")) {
        return FAMILY_MICROVM;
    }
    return is_type(machine, "pc") || is_type(machine, "q35") ||
                   begins(machine, "pc-i440fx-") || begins(machine, "pc-q35-")
               ? FAMILY_PC
               : FAMILY_OTHER;
}

bool form_takes_disks(const char *machine)
{
    const char *name = machine ? type_of(machine) : "microvm";
    char *end = NULL;

    if (family_of(name) == FAMILY_OTHER || !begins(name, "pc-")) {
        return family_of(name) != FAMILY_OTHER; // an alias is the newest type
    }
    const char *version = strchr(name + strlen("pc-"), '-') + 1;
    unsigned long major = strtoul(version, &end, 10);
    unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
    return major > 2 || (major == 2 && minor >= 5);
}

// --- Impossible combinations ---

static bool check_transport(const char *machine, const struct form *form,
                            struct failure *failure)
{
    enum family family = family_of(machine);
    const char *name = transports[form->transport];
    bool pci = transport_is_pci(form->transport);

    if (pci && family == FAMILY_MICROVM && !strstr(machine, ",pcie=on")) {
        return failure_set(failure, CODE_USAGE,
                           "--transport %s needs a PCI bus, and microvm has "
                           "none without pcie=on",
                           name);
    }
    if (!pci && family == FAMILY_PC) {
        return failure_set(failure, CODE_USAGE,
                           "--transport %s needs virtio-mmio slots, which "
                           "microvm alone has",
                           name);
    }
    if (form->ring == RING_PACKED && is_legacy(form->transport)) {
        return failure_set(failure, CODE_USAGE,
                           "--ring packed needs a modern transport (mmio, pci "
                           "or pci-transitional): %s has no packed rings",
                           name);
    }
    return true;
}

static bool check_boot(const char *machine, const struct form *form,
                       struct failure *failure)
{
    if (form->boot != BOOT_PVH && family_of(machine) == FAMILY_MICROVM) {
        return failure_set(failure, CODE_USAGE,
                           "--boot %s needs q35 or pc: there is no UEFI "
                           "firmware for microvm",
                           boots[form->boot]);
    }
    return true;
}

bool form_read(const struct form_wish *wish, struct form *form,
               struct failure *failure)
{
    const char *machine = wish->machine ? wish->machine : "microvm";
    int transport;
    int ring;
    int boot;

    if (!read_word("transport", transports, TRANSPORTS, wish->transport,
                   family_of(machine) == FAMILY_PC ? TRANSPORT_PCI_TRANSITIONAL
                                                   : TRANSPORT_MMIO_LEGACY,
                   &transport, failure) ||
        !read_word("ring", rings, RINGS, wish->ring, RING_SPLIT, &ring,
                   failure) ||
        !read_word("boot", boots, BOOTS, wish->boot, BOOT_PVH, &boot,
                   failure)) {
        return false;
    }
    *form = (struct form){
        .transport = (enum transport)transport,
        .ring = (enum ring)ring,
        .boot = (enum boot)boot,
    };
    return check_transport(machine, form, failure) &&
           check_boot(machine, form, failure);
}
