// SPDX-License-Identifier: MIT
// Steps that many checks share, each of them a few lab calls.
// Limits: one request at a time, on machines in real time; requests are
// counted as the ring counts them: a split one modulo 65536, a packed one
// modulo its size.
#ifndef CLAIMS_STEPS_H
#define CLAIMS_STEPS_H

#include "claims/lab.h"

enum {
    STEPS_INTERVAL = 1000000, // seconds: once asked, never again by itself
    STEPS_DAY = 86400,
};

// Boots our guest with this command line (NULL: by the book); sample 1 is with
// QEMU then, and the machine stands still. NULL: failed.
MUST_USE struct lab_vm *steps_boot(struct lab *lab, const char *append);
// Asks the guest once, by turning polling off and on, without waiting for an
// answer. The machine runs afterwards.
MUST_USE bool steps_ask(struct lab_vm *vm);
// Asks, and waits for sample `seq`; the machine stands still again.
MUST_USE bool steps_next(struct lab_vm *vm, uint64_t seq);

// guest-stats has this value under the key; has it and says absent.
MUST_USE bool steps_value(struct lab_vm *vm, const char *key, uint64_t value);
MUST_USE bool steps_absent(struct lab_vm *vm, const char *key);
// A value, whatever it is.
MUST_USE bool steps_present(struct lab *lab, struct lab_vm *vm,
                            const char *key);
// Every statistic is absent; last-update must be 0, or must not be.
enum steps_updated {
    STEPS_NEVER_UPDATED,
    STEPS_UPDATED
};
MUST_USE bool steps_nothing(struct lab *lab, struct lab_vm *vm,
                            enum steps_updated updated);

// How many buffers the device has given back to the guest: its requests.
MUST_USE bool steps_requests(struct lab *lab, struct lab_vm *vm,
                             uint64_t *count);
// The same where it is at least `least` and less than a ring's size above it.
MUST_USE bool steps_requests_from(struct lab *lab, struct lab_vm *vm,
                                  uint64_t least, uint64_t *count);
// Waits until the virtual clock has reached this many seconds.
MUST_USE bool steps_clock_reaches(struct lab_vm *vm, uint64_t seconds);
// The virtual clock has no timer left to run to once the first day is over:
// the clock chip has one there. Ends after that day.
MUST_USE bool steps_clock_stands(struct lab *lab, struct lab_vm *vm);

#endif
