// SPDX-License-Identifier: MIT
// QEMU and the guest, as a worker in another folder finds them.
// Limits: as machine/command.h.
#ifndef CLI_VERIFY_PROGRAMS_H
#define CLI_VERIFY_PROGRAMS_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

// As machine_find_qemu and machine_find_guest (BOOT_PVH), but the path is an
// absolute one. CODE_HOST when the folder that it is relative to has no path.
MUST_USE bool verify_find_qemu(const char *asked, char **path,
                               struct failure *failure);
MUST_USE bool verify_find_guest(const char *asked, char **path,
                                struct failure *failure);

#endif
