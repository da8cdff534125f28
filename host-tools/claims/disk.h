// SPDX-License-Identifier: MIT
// savevm and loadvm, as jobs of QMP, with a disk that holds nothing else.
// Limits: one disk a machine and one snapshot in it.
#ifndef CLAIMS_DISK_H
#define CLAIMS_DISK_H

#include <stdbool.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Gives the machine the disk, in the case's folder.
MUST_USE bool disk_make(struct lab *lab, struct lab_vm *vm);
// Saves the machine as it is.
MUST_USE bool disk_save(struct lab *lab, struct lab_vm *vm);
// Loads what was saved. The machine that stands still is another one then.
MUST_USE bool disk_load(struct lab *lab, struct lab_vm *vm);

#endif
