// SPDX-License-Identifier: MIT
// The accelerator of each QEMU that cases run on.
// Limits: one a QEMU, for all machines; virtual time has TCG whatever it is.
#ifndef CLI_VERIFY_ACCELERATOR_H
#define CLI_VERIFY_ACCELERATOR_H

#include "claims/runner.h"
#include "cli/accelerator.h"

// Chooses, says on stderr what and why, and fills the columns in. With "auto"
// KVM has to boot each type of machine that the cases use. False: interrupted,
// and so is the verification.
MUST_USE bool verify_accelerators(const struct runner *runner,
                                  const struct accelerator_wish *wish,
                                  struct failure *failure);

#endif
