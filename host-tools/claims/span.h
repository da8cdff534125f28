// SPDX-License-Identifier: MIT
// Spans of virtual time of a known length: the machine stands still before and
// after, so what happened in between can be counted. On pc and q35 that goes
// for what happens after the firmware's work, which ends a span's tick.
// Limits: even numbers of seconds; a span is up to an eighth of a second
// longer for each 28 seconds of it; needs QEMU's ib700 watchdog.
#ifndef CLAIMS_SPAN_H
#define CLAIMS_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "claims/lab.h"

// What else the machine of span_boot has; all bits zero: nothing.
struct span_machine {
    const char *append;
    const char *property; // of the balloon
    bool kicked;   // with QEMU's default, the kick of all queues at "cont"
    bool incoming; // waits for a migration, and has given no sample
    bool standing; // has not begun to run, and has given no sample
    bool quiet;    // no trace.log
};

// The guest has given sample 1, polling is off, the machine stands still.
// The kick that newer QEMUs give all queues at "cont" is off, unless asked
// for: it would be an answer of a guest that gave none. NULL: failed.
MUST_USE struct lab_vm *span_boot(struct lab *lab,
                                  const struct span_machine *machine);

// Lets that many seconds of virtual time go by.
MUST_USE bool span_run(struct lab_vm *vm, unsigned seconds);

// The same with a tick so short that QEMU's main loop, which runs in the
// host's time, keeps up with what happens in virtual time. Slow.
MUST_USE bool span_run_slowly(struct lab_vm *vm, unsigned seconds);

// Lets virtual time go by as fast as it can, from poll to poll, until the
// guest has sent that sample; some more may be sent before the machine stops.
MUST_USE bool span_until_sample(struct lab_vm *vm, uint64_t seq);

// For a boot that firmware takes part in, which turns the tick off: lets the
// machine run from `start` (lab_clock) until sample `seq` of this boot, as fast
// as it can. Each but the first must have come `each` seconds after the one
// before, and the first soon after the start.
MUST_USE bool span_is_paced(struct lab *lab, struct lab_vm *vm, uint64_t start,
                            unsigned each, uint64_t seq);

// span_run, and then the number of samples that the guest has sent must be
// `sent`; `what` says of what moment they are.
MUST_USE bool span_gives(struct lab *lab, struct lab_vm *vm, unsigned seconds,
                         const char *what, uint64_t sent);

#endif
