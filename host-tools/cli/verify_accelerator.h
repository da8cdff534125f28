// SPDX-License-Identifier: MIT
// The accelerator of each QEMU that runs cases.
// Limits: one a QEMU, for all machines; virtual time always uses TCG.
#ifndef CLI_VERIFY_ACCELERATOR_H
#define CLI_VERIFY_ACCELERATOR_H

#include "runner/runner.h"
#include "cli/accelerator.h"

// Chooses the accelerators, prints each with its reason on stderr, and fills in
// the columns. With "auto" KVM must boot each machine type of the cases. False:
// interrupted; the verification is marked so too.
MUST_USE bool verify_accelerators(const struct runner *runner,
                                  const struct accelerator_wish *wish,
                                  struct failure *failure);

#endif
