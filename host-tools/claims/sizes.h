// SPDX-License-Identifier: MIT
// Sizes, as the checks of the group "size" ask for them and look at them.
// Limits: machines of SIZES_RAM; the guest writes its lines as docs/guest.md
// says: "balloon reached actual=PAGES" comes after the device has it.
#ifndef CLAIMS_SIZES_H
#define CLAIMS_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Of 64 bits, as sizes are.
#define SIZES_PAGE INT64_C(4096)
#define SIZES_MIB (INT64_C(1) << 20)
#define SIZES_RAM (256 * SIZES_MIB)

// Boots our guest with this command line (NULL: by the book) and waits until
// it has spoken of its balloon. NULL: failed.
MUST_USE struct lab_vm *sizes_boot(struct lab *lab, const char *append);

// The command `balloon`, which QEMU must take. Nothing is waited for.
MUST_USE bool sizes_ask(struct lab_vm *vm, int64_t bytes);
// The guest says that it has come to this size, a multiple of SIZES_PAGE.
MUST_USE bool sizes_come(struct lab_vm *vm, int64_t bytes);
// Asks, waits, and looks: query-balloon must show it.
MUST_USE bool sizes_reach(struct lab *lab, struct lab_vm *vm, int64_t bytes);

// query-balloon, and that it shows this size; `when` says of what moment.
MUST_USE bool sizes_actual(struct lab *lab, struct lab_vm *vm, int64_t *bytes);
MUST_USE bool sizes_is(struct lab *lab, struct lab_vm *vm, const char *when,
                       int64_t bytes);

// The size in the next BALLOON_CHANGE.
MUST_USE bool sizes_event(struct lab *lab, struct lab_vm *vm, int64_t *bytes);
// Takes them up to one with this size; *count gets how many those were.
MUST_USE bool sizes_events_until(struct lab *lab, struct lab_vm *vm,
                                 int64_t bytes, uint64_t *count);

// Signed lab_same.
MUST_USE bool sizes_same(struct lab *lab, const char *what, int64_t expected,
                         int64_t got);

#endif
