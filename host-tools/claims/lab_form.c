// SPDX-License-Identifier: MIT
// Whether the case is what its form's name says: the guest names the transport
// that it drives and the features that it has accepted.
// Limits: the line is docs/guest.md's "virtio features".
#include <stdlib.h>
#include <string.h>

#include "claims/lab_internal.h"

enum {
    RING_PACKED_WORD = 1u << (34 - 32) // VIRTIO_F_RING_PACKED, in the high word
};

// A transitional device offers VERSION_1, so its modern interface is driven.
static const char *driven(enum transport transport)
{
    return transport == TRANSPORT_PCI_TRANSITIONAL
               ? transport_name(TRANSPORT_PCI)
               : transport_name(transport);
}

// "virtio features transport=pci offered=0x0,0x0 accepted=0x5,0x20000002"
void lab_check_form(struct lab_vm *vm, const char *line)
{
    static const char prefix[] = "virtio features transport=";
    const struct form *form = &vm->lab->job->form->form;
    const char *accepted = strstr(line, " accepted=");

    if (vm->own_machine || strncmp(line, prefix, strlen(prefix)) != 0 ||
        !accepted) {
        return;
    }
    const char *name = line + strlen(prefix);
    const char *expected = driven(form->transport);
    unsigned long high = strtoul(accepted + strlen(" accepted="), NULL, 16);
    enum ring ring = high & RING_PACKED_WORD ? RING_PACKED : RING_SPLIT;

    if (strcspn(name, " ") != strlen(expected) ||
        strncmp(name, expected, strlen(expected)) != 0) {
        lab_fail(vm->lab, "the guest drives the transport %.*s, expected %s",
                 (int)strcspn(name, " "), name, expected);
    } else if (ring != form->ring) {
        lab_fail(vm->lab, "the guest's rings are %s, expected %s",
                 ring_name(ring), ring_name(form->ring));
    }
}
