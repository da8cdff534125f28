// SPDX-License-Identifier: MIT
// Steps of the "size" checks: set a target, await it, compare the size.
// Limits: machines of SIZES_RAM; the guest's lines are those of docs/guest.md:
// "balloon reached actual=PAGES" comes after the device has the value.
#ifndef CLAIMS_SIZES_H
#define CLAIMS_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "claims/lab.h"

// 64 bits wide, as sizes are.
#define SIZES_PAGE INT64_C(4096)
#define SIZES_MIB (INT64_C(1) << 20)
#define SIZES_RAM (256 * SIZES_MIB)

// Boots the guest with this command line (NULL: no misbehaviour) and waits for
// its first "balloon" line. NULL: failed.
MUST_USE struct lab_vm *sizes_boot(struct lab *lab, const char *append);

// Sends the command `balloon`, which QEMU must accept. Does not wait for the
// guest.
MUST_USE bool sizes_ask(struct lab_vm *vm, int64_t bytes);
// Waits until the guest reports this size, a multiple of SIZES_PAGE.
MUST_USE bool sizes_come(struct lab_vm *vm, int64_t bytes);
// Sets the size, waits for it, and checks that query-balloon shows it.
MUST_USE bool sizes_reach(struct lab *lab, struct lab_vm *vm, int64_t bytes);

// The size in query-balloon; sizes_is fails unless it is `bytes`, and `when`
// names the moment in the message.
MUST_USE bool sizes_actual(struct lab *lab, struct lab_vm *vm, int64_t *bytes);
MUST_USE bool sizes_is(struct lab *lab, struct lab_vm *vm, const char *when,
                       int64_t bytes);

// The size in the next BALLOON_CHANGE.
MUST_USE bool sizes_event(struct lab *lab, struct lab_vm *vm, int64_t *bytes);
// Takes events up to the first with this size; *count gets their number.
MUST_USE bool sizes_events_until(struct lab *lab, struct lab_vm *vm,
                                 int64_t bytes, uint64_t *count);

// lab_same for signed numbers.
MUST_USE bool sizes_same(struct lab *lab, const char *what, int64_t expected,
                         int64_t got);

#endif
