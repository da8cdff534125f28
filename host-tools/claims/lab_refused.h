// SPDX-License-Identifier: MIT
// A QEMU that will not even start: command lines that it must refuse.
// Limits: takes one of the lab's LAB_VMS places.
#ifndef CLAIMS_LAB_REFUSED_H
#define CLAIMS_LAB_REFUSED_H

#include <stdbool.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Fails when QEMU starts, or ends without saying `text`. Of the machine,
// `machine`, `device`, `extra` and `defaults` count; it has no guest.
MUST_USE bool lab_boot_refused(struct lab *lab,
                               const struct lab_machine *machine,
                               const char *text);

#endif
