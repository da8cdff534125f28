// SPDX-License-Identifier: MIT
// Command lines that QEMU must refuse at the start.
// Limits: uses one of the lab's LAB_VMS machines.
#ifndef CLAIMS_LAB_REFUSED_H
#define CLAIMS_LAB_REFUSED_H

#include <stdbool.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Fails when QEMU starts, or ends without `text` in its last lines. The machine
// has no guest and no trace.log; `append` is not used.
MUST_USE bool lab_boot_refused(struct lab *lab,
                               const struct lab_machine *machine,
                               const char *text);

#endif
