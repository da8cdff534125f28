// SPDX-License-Identifier: MIT
// Paths of QEMU and the guest that are valid for a worker in another folder.
#ifndef CLI_VERIFY_PROGRAMS_H
#define CLI_VERIFY_PROGRAMS_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

// Like machine_find_qemu and machine_find_guest (BOOT_PVH), with an absolute
// path. CODE_HOST if the working directory has no path.
MUST_USE bool verify_find_qemu(const char *asked, char **path,
                               struct failure *failure);
MUST_USE bool verify_find_guest(const char *asked, char **path,
                                struct failure *failure);

#endif
