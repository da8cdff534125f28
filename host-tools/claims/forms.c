// SPDX-License-Identifier: MIT
// The table of forms.
#include "claims/forms.h"

#include <string.h>

// Management layers put a balloon behind a root port of q35, where QEMU makes
// it modern-only. The AHCI controller of q35 is off: it is not needed here, and
// the firmware waits half a second of virtual time for it.
#define Q35 "q35,sata=off"
#define ROOT_PORT "pcie-root-port,id=port0"
#define ON_PORT "bus=port0"

// On the conventional bus of pc, QEMU's default is the transitional device.
const struct lab_form lab_forms[FORMS] = {
    [FORM_MMIO_LEGACY] = {.name = "mmio-legacy",
                          .machine = "microvm",
                          .form = {.transport = TRANSPORT_MMIO_LEGACY}},
    [FORM_MMIO] = {.name = "mmio",
                   .machine = "microvm",
                   .form = {.transport = TRANSPORT_MMIO}},
    [FORM_MMIO_PACKED] = {.name = "mmio-packed",
                          .machine = "microvm",
                          .form = {TRANSPORT_MMIO, RING_PACKED, BOOT_PVH}},
    [FORM_PCI] = {.name = "pci",
                  .machine = Q35,
                  .form = {.transport = TRANSPORT_PCI},
                  .port = ROOT_PORT,
                  .bus = ON_PORT},
    [FORM_PCI_PACKED] = {.name = "pci-packed",
                         .machine = Q35,
                         .form = {TRANSPORT_PCI, RING_PACKED, BOOT_PVH},
                         .port = ROOT_PORT,
                         .bus = ON_PORT},
    [FORM_PCI_TRANSITIONAL] = {.name = "pci-transitional",
                               .machine = "pc",
                               .form = {.transport =
                                            TRANSPORT_PCI_TRANSITIONAL}},
    [FORM_PCI_TRANSITIONAL_PACKED] = {.name = "pci-transitional-packed",
                                      .machine = "pc",
                                      .form = {TRANSPORT_PCI_TRANSITIONAL,
                                               RING_PACKED, BOOT_PVH}},
    [FORM_PCI_LEGACY] = {.name = "pci-legacy",
                         .machine = "pc",
                         .form = {.transport = TRANSPORT_PCI_LEGACY}},
};

void lab_form_rows(struct form_row rows[FORMS])
{
    for (int i = 0; i < FORMS; i++) {
        const struct lab_form *form = &lab_forms[i];
        rows[i] = (struct form_row){
            .name = form->name,
            .machine = form->machine,
            .transport = transport_name(form->form.transport),
            .ring = ring_name(form->form.ring),
        };
    }
}

const struct lab_form *lab_form_named(const char *name)
{
    for (int i = 0; i < FORMS; i++) {
        if (strcmp(lab_forms[i].name, name) == 0) {
            return &lab_forms[i];
        }
    }
    return NULL;
}
