// SPDX-License-Identifier: MIT
// Spans of virtual time of a known length: the machine is stopped before and
// after, so events in between can be counted. On pc and q35 a span must begin
// after the firmware has run, since firmware turns the span's tick off.
// Limits: even numbers of seconds; a span is up to an eighth of a second
// longer for each 28 seconds of it; needs QEMU's ib700 watchdog.
#ifndef CLAIMS_SPAN_H
#define CLAIMS_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "claims/lab.h"

// Options of span_boot's machine; all bits zero: none.
struct span_machine {
    const char *append;
    const char *property; // of the balloon
    bool kicked;          // QEMU notifies all queues at "cont", its default
    bool incoming;        // waits for a migration, without a sample
    bool standing;        // has not begun to run, without a sample
    bool quiet;           // no trace.log
};

// The guest has sent sample 1, polling is off, and the machine is stopped.
// Newer QEMUs notify all queues at "cont"; this is off unless `kicked` is set,
// since it looks like an answer of a guest that sent none. NULL: failed.
MUST_USE struct lab_vm *span_boot(struct lab *lab,
                                  const struct span_machine *machine);

// Lets this number of seconds of virtual time pass.
MUST_USE bool span_run(struct lab_vm *vm, unsigned seconds);

// The same with a tick short enough for QEMU's main loop, which runs in host
// time, to keep up with virtual time. Slow.
MUST_USE bool span_run_slowly(struct lab_vm *vm, unsigned seconds);

// Lets virtual time pass as fast as possible, from poll to poll, until the
// guest has sent sample `seq`; more samples may follow before the machine
// stops.
MUST_USE bool span_until_sample(struct lab_vm *vm, uint64_t seq);

// For a boot with firmware, which turns the tick off: lets the machine run from
// `start` (lab_clock) until sample `seq` of this boot, as fast as possible. The
// first sample must come soon after the start, each later one `each` seconds
// after the one before.
MUST_USE bool span_is_paced(struct lab *lab, struct lab_vm *vm, uint64_t start,
                            unsigned each, uint64_t seq);

// span_run, then fails unless the guest has sent `sent` samples in all; `what`
// names them in the message.
MUST_USE bool span_gives(struct lab *lab, struct lab_vm *vm, unsigned seconds,
                         const char *what, uint64_t sent);

#endif
