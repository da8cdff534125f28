// SPDX-License-Identifier: MIT
// What a check works with: machines, waits, QMP, samples, and a verdict.
// Limits: one lab is one case in a process of its own, in the case's folder,
// with LAB_VMS machines and one deadline. After a failure every function fails
// at once, and the first failure's text is the one that is kept.
#ifndef CLAIMS_LAB_H
#define CLAIMS_LAB_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "balloon/sample.h"
#include "balloon/truth.h"
#include "base/attributes.h"
#include "claims/claim.h"
#include "claims/lab_wanted.h"

enum {
    LAB_VMS = 2
};

struct lab;
struct lab_vm;

// --- The verdict ---

// What the check found, at most once; true, so that a check may end with it.
bool lab_find(struct lab *lab, enum finding finding, const char *format, ...)
    PRINTF_LIKE(3, 4);
// BROKEN: "expected ..., got ...". Always false.
bool lab_fail(struct lab *lab, const char *format, ...) PRINTF_LIKE(2, 3);
// True when equal, else lab_fail with both numbers and what they are of.
MUST_USE bool lab_same(struct lab *lab, const char *what, uint64_t expected,
                       uint64_t got);
const struct qemu_version *lab_version(const struct lab *lab);
bool lab_is_pci(const struct lab *lab); // the case's form
bool lab_is_packed(const struct lab *lab);

// --- Machines ---

// Starts QEMU, opens its monitor, then lets the machine run (unless -S or
// -incoming is among the arguments), so that no event of the start is missed.
// The second call makes a second one; both end with the lab. NULL: failed.
MUST_USE struct lab_vm *lab_boot(struct lab *lab,
                                 const struct lab_machine *machine);
MUST_USE bool lab_stop(struct lab_vm *vm); // QMP stop
MUST_USE bool lab_cont(struct lab_vm *vm);
// system_reset with no line of the old boot mistaken for one of the new.
MUST_USE bool lab_reset(struct lab_vm *vm);
// The guest's next sample may have any number: after loadvm, or on the
// machine that a migration came to. Do it while the machine stands still.
void lab_forget(struct lab_vm *vm);
// QEMU's own end; *status is its exit status (13: a panic), -1: killed.
MUST_USE bool lab_await_end(struct lab_vm *vm, int *status);

// --- Waiting: for events, never for time ---

// The guest's line "sent seq=N" for this sample or a later one.
MUST_USE bool lab_await_sample(struct lab_vm *vm, uint64_t seq);
// A console line that contains the text, after the one last awaited so.
MUST_USE bool lab_await_line(struct lab_vm *vm, const char *text);
// An event, each one once. *event may be NULL, else the caller's to put.
MUST_USE bool lab_await_event(struct lab_vm *vm, const char *name,
                              struct json_object **event);
// Lets wall-clock time go by: for claims about that only.
MUST_USE bool lab_pass(struct lab *lab, unsigned milliseconds);
// Virtual seconds since the start (virtual_time machines: from their RTC).
MUST_USE bool lab_clock(struct lab_vm *vm, uint64_t *seconds);

// --- QMP ---

// `arguments` is JSON text, NULL for none: a constant of the check's. Fails
// when QEMU refuses. *result (NULL: not wanted) is the caller's to put.
MUST_USE bool lab_qmp(struct lab_vm *vm, const char *command,
                      const char *arguments, struct json_object **result);
// The same with an object, for what is not constant; it is taken over.
MUST_USE bool lab_qmp_with(struct lab_vm *vm, const char *command,
                           struct json_object *arguments,
                           struct json_object **result);
// The arguments of qom-get.
struct json_object *lab_property(const char *path, const char *property);
// The same where the answer may be lost in QEMU's end that the command brings.
MUST_USE bool lab_qmp_last(struct lab_vm *vm, const char *command,
                           const char *arguments);
// Fails when QEMU accepts, or gives another reason than `desc` (NULL: any).
MUST_USE bool lab_qmp_refused(struct lab_vm *vm, const char *command,
                              const char *arguments, const char *desc);
MUST_USE bool lab_qmp_with_refused(struct lab_vm *vm, const char *command,
                                   struct json_object *arguments,
                                   const char *desc);
// The balloon's QOM path, wherever it is. NULL: failed.
const char *lab_path(struct lab_vm *vm);
// The same of the virtio device itself, which on PCI is a part of the former.
const char *lab_backend(struct lab_vm *vm);
// A property of the balloon; the value is the caller's to put.
MUST_USE bool lab_get(struct lab_vm *vm, const char *property,
                      struct json_object **value);
// guest-stats-polling-interval: written (not read back), read, refused.
MUST_USE bool lab_set_interval(struct lab_vm *vm, uint32_t seconds);
MUST_USE bool lab_interval(struct lab_vm *vm, uint32_t *seconds);
MUST_USE bool lab_interval_refused(struct lab_vm *vm, const char *json,
                                   const char *desc);

// --- Samples ---

MUST_USE bool lab_read(struct lab_vm *vm, struct sample *sample);
// Stops the machine between two samples, compares guest-stats with the guest's
// own line, lets it go on. Fails unless they are COMPARED_EQUAL (compare.h).
MUST_USE bool lab_equal(struct lab_vm *vm);
// guest-stats against a sample that the guest wrote earlier.
MUST_USE bool lab_matches(struct lab_vm *vm, const struct truth *truth);
// Fails unless the key is there with this value; absent for NULL.
MUST_USE bool lab_value(struct lab_vm *vm, const char *key,
                        const uint64_t *value);
// The guest's newest "stats" line; the newest number with "sent"; 0: none.
const struct truth *lab_truth(struct lab_vm *vm);
uint64_t lab_sent(struct lab_vm *vm);

#endif
