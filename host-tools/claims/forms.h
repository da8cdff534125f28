// SPDX-License-Identifier: MIT
// The forms in which a claim is tried: where the balloon stands, over which
// transport it is driven, with which rings.
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
    const char *port; // -device of what the balloon is plugged into, or NULL
    const char *bus;  // the balloon's property for that, or NULL
};

// All of them, FORMS rows.
extern const struct lab_form lab_forms[FORMS];

// The same in words, for reports.
void lab_form_rows(struct form_row rows[FORMS]);

// NULL for a name that is none.
const struct lab_form *lab_form_named(const char *name);

#endif
