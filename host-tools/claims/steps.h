// SPDX-License-Identifier: MIT
// Steps shared by many checks, each of a few lab calls.
// Limits: one request at a time, on machines in real time; requests are
// counted as the ring counts them: a split one modulo 65536, a packed one
// modulo its size.
#ifndef CLAIMS_STEPS_H
#define CLAIMS_STEPS_H

#include "claims/lab.h"

enum {
    STEPS_INTERVAL = 1000000, // seconds: long enough for one request only
    STEPS_DAY = 86400,
};

// Boots the guest with this command line (NULL: no misbehaviour) and stops the
// machine once QEMU has sample 1. NULL: failed.
MUST_USE struct lab_vm *steps_boot(struct lab *lab, const char *append);
// Requests one sample by turning polling off and on, without waiting for the
// answer. The machine runs afterwards.
MUST_USE bool steps_ask(struct lab_vm *vm);
// Requests a sample, waits for sample `seq`, and stops the machine again.
MUST_USE bool steps_next(struct lab_vm *vm, uint64_t seq);

// guest-stats has the key with this value; has the key as absent.
MUST_USE bool steps_value(struct lab_vm *vm, const char *key, uint64_t value);
MUST_USE bool steps_absent(struct lab_vm *vm, const char *key);
// guest-stats has the key with any value.
MUST_USE bool steps_present(struct lab *lab, struct lab_vm *vm,
                            const char *key);
// Every statistic is absent, and last-update is 0 (never updated) or not 0.
enum steps_updated {
    STEPS_NEVER_UPDATED,
    STEPS_UPDATED
};
MUST_USE bool steps_nothing(struct lab *lab, struct lab_vm *vm,
                            enum steps_updated updated);

// The number of buffers that the device has used, which are its requests.
MUST_USE bool steps_requests(struct lab *lab, struct lab_vm *vm,
                             uint64_t *count);
// The same for a number from `least` to less than a ring's size above it.
MUST_USE bool steps_requests_from(struct lab *lab, struct lab_vm *vm,
                                  uint64_t least, uint64_t *count);
// Waits until the virtual clock has reached this many seconds.
MUST_USE bool steps_clock_reaches(struct lab_vm *vm, uint64_t seconds);
// Fails if the virtual clock still has a timer after the first day, at whose
// end the RTC has its own last timer. Returns after that day.
MUST_USE bool steps_clock_stands(struct lab *lab, struct lab_vm *vm);

#endif
