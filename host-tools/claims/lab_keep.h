// SPDX-License-Identifier: MIT
// State that outlives a machine within a case: a file in the case's folder, the
// bytes of a migration.
// Limits: one migration a case, in memory.
#ifndef CLAIMS_LAB_KEEP_H
#define CLAIMS_LAB_KEEP_H

#include "claims/lab.h"

// Removes the regular file of this name from the case's folder, so that a new
// one can be made. Fails if the name is anything but a regular file: links are
// not followed.
MUST_USE bool lab_free_name(struct lab *lab, const char *name);

// Gives QEMU a connection named "fd:stream"; the lab keeps all bytes that QEMU
// writes there, up to the end of the stream.
MUST_USE bool lab_take_stream(struct lab_vm *vm);
MUST_USE bool lab_await_stream(struct lab_vm *vm);
// The same for a QEMU that shall read the kept bytes.
MUST_USE bool lab_give_stream(struct lab_vm *vm);

#endif
