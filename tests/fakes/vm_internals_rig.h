// SPDX-License-Identifier: MIT
// What the files of the rig share with each other and with the tests of the
// guest's side: the disks, and touches.
#ifndef FAKES_VM_INTERNALS_RIG_H
#define FAKES_VM_INTERNALS_RIG_H

#include "fakes/fake_store.h"
#include "vm/vm.h"

extern struct fake_store vm_rig_swap;
extern struct fake_store vm_rig_file;

// Task 1, 32 touches a step, nothing filled.
void vm_rig_orders_start(void);

// Touches the page as an order does. Returns its words.
uint64_t *vm_rig_touch(const struct vm_space *space, uint64_t page, bool write);
uint64_t *vm_rig_touch_held(uint64_t page);

#endif
