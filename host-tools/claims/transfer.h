// SPDX-License-Identifier: MIT
// Migration of a machine to a second QEMU, in two steps.
// Limits: one migration a case; its bytes are kept in memory.
#ifndef CLAIMS_TRANSFER_H
#define CLAIMS_TRANSFER_H

#include <stdbool.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Saves this machine's stream; the machine is stopped afterwards.
MUST_USE bool transfer_out(struct lab *lab, struct lab_vm *vm);
// Loads the stream into this machine, which was started with -incoming defer
// and is stopped.
MUST_USE bool transfer_in(struct lab *lab, struct lab_vm *vm);

#endif
