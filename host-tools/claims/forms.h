// SPDX-License-Identifier: MIT
// The forms in which a claim is tried: the machine and bus of the balloon, its
// transport, and its ring format.
// Limits: a form names a machine that QEMU 7.2 and later can make.
#ifndef CLAIMS_FORMS_H
#define CLAIMS_FORMS_H

#include <stddef.h>

#include "machine/form.h"
#include "report/result.h"

// In the order of the table.
enum form_number {
    FORM_MMIO_LEGACY, // QEMU's default; cases of FORMS_ONCE run on it
    FORM_MMIO,
    FORM_MMIO_PACKED,
    FORM_PCI,
    FORM_PCI_PACKED,
    FORM_PCI_TRANSITIONAL,
    FORM_PCI_TRANSITIONAL_PACKED,
    FORM_PCI_LEGACY,
    FORMS
};

struct lab_form {
    const char *name;    // "pci-packed"
    const char *machine; // -M
    struct form form;
    const char *port; // -device of the port that the balloon is plugged into
    const char *bus;  // the balloon's property that names it; both can be NULL
};

// All forms.
extern const struct lab_form lab_forms[FORMS];

// The same rows as text, for reports.
void lab_form_rows(struct form_row rows[FORMS]);

// NULL: no form has this name.
const struct lab_form *lab_form_named(const char *name);

#endif
