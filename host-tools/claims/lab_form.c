// SPDX-License-Identifier: MIT
// Checks that the case matches its form and its claim: the guest names its
// transport, the features that it has accepted, and the requested behaviour.
// Limits: the lines are docs/guest.md's "virtio features" and "balloon behave".
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

// The "KIND" of "behave=KIND:N" in the guest's command line; *length 0: none.
static const char *asked_behaviour(const struct lab_vm *vm, size_t *length)
{
    static const char word[] = "behave=";
    const char *at = vm->append ? strstr(vm->append, word) : NULL;

    *length = at ? strcspn(at, ": ") : 0;
    return at;
}

// "balloon behave=KIND:N", with the requested KIND.
static bool is_behaviour(const struct lab_vm *vm, const char *line)
{
    static const char prefix[] = "balloon ";
    size_t length;
    const char *asked = asked_behaviour(vm, &length);

    if (!length || strncmp(line, prefix, strlen(prefix)) != 0) {
        return false;
    }
    line += strlen(prefix);
    return strncmp(line, asked, length) == 0 &&
           (line[length] == '\0' || line[length] == ':');
}

static void check_told(struct lab_vm *vm)
{
    size_t length;
    const char *asked = asked_behaviour(vm, &length);

    if (length && !vm->behaves) {
        lab_fail(vm->lab, "the guest has not said that it does %.*s",
                 (int)length, asked);
    } else if (vm->feed.sent && !vm->own_machine && !vm->form_told) {
        lab_fail(vm->lab, "the guest has not named its transport");
    }
}

void lab_check_told(struct lab *lab)
{
    for (size_t i = 0; i < lab->vm_count; i++) {
        if (lab->vms[i].machine) {
            machine_drain(lab->vms[i].machine);
            check_told(&lab->vms[i]);
        }
    }
}

// "virtio features transport=pci offered=0x0,0x0 accepted=0x5,0x20000002"
void lab_check_form(struct lab_vm *vm, const char *line)
{
    static const char prefix[] = "virtio features transport=";
    const struct form *form = &vm->lab->job->form->form;
    const char *accepted = strstr(line, " accepted=");

    vm->behaves = vm->behaves || is_behaviour(vm, line);
    if (vm->own_machine || strncmp(line, prefix, strlen(prefix)) != 0 ||
        !accepted) {
        return;
    }
    vm->form_told = true;
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
