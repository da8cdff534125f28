// SPDX-License-Identifier: MIT
// The fixture of a check: machines, waits, QMP, samples, and a verdict.
// Limits: one lab is one case in its own process, in the case's folder, with
// LAB_VMS machines and one deadline. After a failure every function fails at
// once, and only the first failure's text is kept.
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

// Sets the check's finding, at most once. Always true, for a check's return.
bool lab_find(struct lab *lab, enum finding finding, const char *format, ...)
    PRINTF_LIKE(3, 4);
// BROKEN: "expected ..., got ...". Always false.
bool lab_fail(struct lab *lab, const char *format, ...) PRINTF_LIKE(2, 3);
// True when equal, else lab_fail with both numbers and their name, `what`.
MUST_USE bool lab_same(struct lab *lab, const char *what, uint64_t expected,
                       uint64_t got);
const struct qemu_version *lab_version(const struct lab *lab);
bool lab_is_pci(const struct lab *lab); // the case's form
bool lab_is_packed(const struct lab *lab);

// --- Machines ---

// Starts QEMU, opens its monitor, then lets the machine run (unless -S or
// -incoming is among the arguments), so that no event of the start is missed.
// The second call makes a second machine; both end with the lab. NULL: failed.
MUST_USE struct lab_vm *lab_boot(struct lab *lab,
                                 const struct lab_machine *machine);
MUST_USE bool lab_stop(struct lab_vm *vm); // QMP stop
MUST_USE bool lab_cont(struct lab_vm *vm);
// system_reset. Lines of the old boot are not taken for lines of the new one.
MUST_USE bool lab_reset(struct lab_vm *vm);
// Accepts any sequence number in the guest's next sample, after loadvm or an
// incoming migration. Call while the machine is stopped.
void lab_forget(struct lab_vm *vm);
// Waits until QEMU ends; *status is its exit status (13: a panic), -1: killed.
MUST_USE bool lab_await_end(struct lab_vm *vm, int *status);

// --- Waiting: for events, never for time ---

// The guest's line "sent seq=N" for this sample or a later one.
MUST_USE bool lab_await_sample(struct lab_vm *vm, uint64_t seq);
// A console line that contains the text, after the last line awaited here.
MUST_USE bool lab_await_line(struct lab_vm *vm, const char *text);
// The next event of this name, once. The caller puts *event (NULL: not wanted).
MUST_USE bool lab_await_event(struct lab_vm *vm, const char *name,
                              struct json_object **event);
// Lets wall-clock time pass: only for claims about wall-clock time.
MUST_USE bool lab_pass(struct lab *lab, unsigned milliseconds);
// Virtual seconds since the start (virtual_time machines: from their RTC).
MUST_USE bool lab_clock(struct lab_vm *vm, uint64_t *seconds);

// --- QMP ---

// `arguments` is JSON text, a constant of the check; NULL: none. Fails when
// QEMU refuses. The caller puts *result (NULL: not wanted).
MUST_USE bool lab_qmp(struct lab_vm *vm, const char *command,
                      const char *arguments, struct json_object **result);
// The same with an object for other arguments, which it takes over.
MUST_USE bool lab_qmp_with(struct lab_vm *vm, const char *command,
                           struct json_object *arguments,
                           struct json_object **result);
// The arguments of qom-get.
struct json_object *lab_property(const char *path, const char *property);
// lab_qmp for a command that ends QEMU, so that its answer may be lost.
MUST_USE bool lab_qmp_last(struct lab_vm *vm, const char *command,
                           const char *arguments);
// Fails when QEMU accepts, or gives a reason without `desc` (NULL: any reason).
MUST_USE bool lab_qmp_refused(struct lab_vm *vm, const char *command,
                              const char *arguments, const char *desc);
MUST_USE bool lab_qmp_with_refused(struct lab_vm *vm, const char *command,
                                   struct json_object *arguments,
                                   const char *desc);
// The balloon's QOM path, found by search. NULL: failed.
const char *lab_path(struct lab_vm *vm);
// The virtio device's path; on PCI it is a child of the balloon's PCI device.
const char *lab_backend(struct lab_vm *vm);
// A property of the balloon; the caller puts the value.
MUST_USE bool lab_get(struct lab_vm *vm, const char *property,
                      struct json_object **value);
// guest-stats-polling-interval: written (not read back), read, refused.
MUST_USE bool lab_set_interval(struct lab_vm *vm, uint32_t seconds);
MUST_USE bool lab_interval(struct lab_vm *vm, uint32_t *seconds);
MUST_USE bool lab_interval_refused(struct lab_vm *vm, const char *json,
                                   const char *desc);

// --- Samples ---

MUST_USE bool lab_read(struct lab_vm *vm, struct sample *sample);
// Compares guest-stats with the guest's own line while the machine is stopped
// between two samples. Fails unless they are COMPARED_EQUAL (compare.h).
MUST_USE bool lab_equal(struct lab_vm *vm);
// Compares guest-stats with a sample that the guest wrote earlier.
MUST_USE bool lab_matches(struct lab_vm *vm, const struct truth *truth);
// Fails unless the key exists with this value (NULL: absent).
MUST_USE bool lab_value(struct lab_vm *vm, const char *key,
                        const uint64_t *value);
// The guest's newest "stats" line; its newest "sent" number, 0: none.
const struct truth *lab_truth(struct lab_vm *vm);
uint64_t lab_sent(struct lab_vm *vm);

#endif
