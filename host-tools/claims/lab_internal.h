// SPDX-License-Identifier: MIT
// The inside of a lab, shared by the files that make it up.
// Limits: for claims/lab*.c alone.
#ifndef CLAIMS_LAB_INTERNAL_H
#define CLAIMS_LAB_INTERNAL_H

#include <stdio.h>

#include "balloon/device.h"
#include "claims/lab.h"
#include "claims/lab_run.h"
#include "machine/machine.h"

enum {
    LAB_SHORTAGE = 256,
    LAB_EXTRA = 32, // QEMU's arguments that a check may add
    LAB_PROPERTIES = 4
};

// What a migration has sent.
struct lab_stream {
    int fd; // the lab's end of a connection to QEMU, -1: none
    struct buffer bytes;
    size_t given; // of them, to the second QEMU
};

struct lab_vm {
    struct lab *lab;
    struct machine *machine; // NULL: not started
    bool stopped;            // by QMP stop
    bool own_machine;        // the check's, not the form's
    const char *append;      // the guest's command line, NULL: none
    bool form_told;          // the guest has named its transport
    bool behaves;            // and the behaviour that it was asked for
    struct balloon_device device;
    char backend[DEVICE_PATH + 16];
    struct truth_feed feed;
    bool fresh;            // the next stats line may have any number
    struct buffer console; // lines that lab_await_line has not passed yet
    const char *awaited;   // by lab_await_line, NULL: nothing
    bool came;             // it did
    FILE *qmp_log;
    FILE *console_log;
    FILE *stderr_log;
    char *trace_log; // its name, NULL: it cannot be written
    char *errors_log;
};

struct lab {
    const struct lab_case *job;
    struct lab_outcome *outcome;
    struct loop *loop;
    struct deadline deadline;
    int64_t started;
    struct qemu_version version;
    bool found; // lab_find was called
    bool failed;
    char shortage[LAB_SHORTAGE]; // how the host failed, "": it did not
    struct lab_vm vms[LAB_VMS];
    size_t vm_count;
    struct lab_stream stream;
};

// Keeps the first failure, with all that QEMU's end can add. Always false.
bool lab_broke(struct lab_vm *vm, struct failure *failure);
// The same without a machine.
bool lab_gave_up(struct lab *lab, const struct failure *failure);

// The host failed, in these words, of which the first are kept: a verdict of
// "broken" is none then.
void lab_host_failed(struct lab *lab, const char *text);
// Finds out whether the folder takes anything more.
void lab_try_folder(struct lab *lab);

// Waits with the case's deadline. Fails at once after a failure.
MUST_USE bool lab_wait(struct lab_vm *vm, machine_condition *condition,
                       const char *awaited);
// One command; *refused (may be NULL) is set instead of a failure when QEMU
// refuses.
MUST_USE bool lab_command(struct lab_vm *vm, const char *command,
                          struct json_object *arguments,
                          struct json_object **result, struct failure *refused);

void lab_stream_free(struct lab *lab);

// The next machine's place, with its files open and nothing started in it.
// NULL: failed.
struct lab_vm *lab_new_vm(struct lab *lab);

// What QEMU is asked to be, by the case's form and the check's wishes; the
// guest and what is particular to a start are the caller's to add.
// `properties` has room for LAB_PROPERTIES words.
struct machine_options lab_options(const struct lab *lab,
                                   const struct lab_machine *wanted,
                                   const char **properties);

// One line of the console: a guest that drives another transport, or other
// rings, than the form says makes the case fail.
void lab_check_form(struct lab_vm *vm, const char *line);
// At the end: a guest that has given samples has named its transport, and one
// that was asked for a behaviour has said that it has it.
void lab_check_told(struct lab *lab);

// Hooks of the machine: into the folder's files, the feed, the awaited text.
MUST_USE bool lab_open_files(struct lab_vm *vm, size_t number);
void lab_close_files(struct lab_vm *vm);
struct machine_hooks lab_hooks(struct lab_vm *vm);

#endif
