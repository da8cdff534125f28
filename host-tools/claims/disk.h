// SPDX-License-Identifier: MIT
// savevm and loadvm, as QMP jobs, with a disk that holds only snapshots.
// Limits: one disk a machine and one snapshot in it.
#ifndef CLAIMS_DISK_H
#define CLAIMS_DISK_H

#include <stdbool.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Creates the disk in the case's folder and adds it to the machine.
MUST_USE bool disk_make(struct lab *lab, struct lab_vm *vm);
// Saves the machine's present state.
MUST_USE bool disk_save(struct lab *lab, struct lab_vm *vm);
// Loads the saved state into the stopped machine. Its next sample may then have
// any sequence number (lab_forget).
MUST_USE bool disk_load(struct lab *lab, struct lab_vm *vm);

#endif
