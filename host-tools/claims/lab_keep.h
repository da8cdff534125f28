// SPDX-License-Identifier: MIT
// What a machine leaves for a later one, or for itself: a file in the case's
// folder, the bytes of a migration.
// Limits: one migration a case, in memory.
#ifndef CLAIMS_LAB_KEEP_H
#define CLAIMS_LAB_KEEP_H

#include "claims/lab.h"

// Sees to it that the case's folder has nothing of this name, for a file that
// is to be made there. Fails unless that was a file: links are not followed.
MUST_USE bool lab_free_name(struct lab *lab, const char *name);

// QEMU gets a connection that it calls "fd:stream"; the lab keeps all that is
// written there, up to its end.
MUST_USE bool lab_take_stream(struct lab_vm *vm);
MUST_USE bool lab_await_stream(struct lab_vm *vm);
// The same for a QEMU that is to read what was kept.
MUST_USE bool lab_give_stream(struct lab_vm *vm);

#endif
