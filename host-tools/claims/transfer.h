// SPDX-License-Identifier: MIT
// A machine moved to a second QEMU, one after the other.
// Limits: one migration a case; its bytes are kept in memory.
#ifndef CLAIMS_TRANSFER_H
#define CLAIMS_TRANSFER_H

#include <stdbool.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Out of this machine, which stands still then.
MUST_USE bool transfer_out(struct lab *lab, struct lab_vm *vm);
// Into this one, which was started with -incoming defer and stands still.
MUST_USE bool transfer_in(struct lab *lab, struct lab_vm *vm);

#endif
