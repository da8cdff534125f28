// SPDX-License-Identifier: MIT
// Private parts of the lab, shared by its files.
// Limits: for claims/lab*.c only.
#ifndef CLAIMS_LAB_INTERNAL_H
#define CLAIMS_LAB_INTERNAL_H

#include <stdio.h>

#include "balloon/device.h"
#include "claims/lab.h"
#include "claims/lab_run.h"
#include "machine/machine.h"

enum {
    LAB_SHORTAGE = 256,
    LAB_EXTRA = 32, // QEMU arguments that a check may add
    LAB_PROPERTIES = 4
};

// The bytes of a migration.
struct lab_stream {
    int fd; // the lab's end of a connection to QEMU, -1: none
    struct buffer bytes;
    size_t given; // number of bytes sent to the second QEMU
};

struct lab_vm {
    struct lab *lab;
    struct machine *machine; // NULL: not started
    bool stopped;            // by QMP stop
    bool own_machine;        // chosen by the check, not by the form
    const char *append;      // the guest's command line, NULL: none
    bool form_told;          // the guest has named its transport
    bool behaves;            // the guest has named the requested behaviour
    struct balloon_device device;
    char backend[DEVICE_PATH + 16];
    struct truth_feed feed;
    bool fresh;            // the next stats line may have any number
    struct buffer console; // lines that lab_await_line has not consumed yet
    const char *awaited;   // text for lab_await_line, NULL: none
    bool came;             // a line with that text has arrived
    FILE *qmp_log;
    FILE *console_log;
    FILE *stderr_log;
    char *trace_log; // file name, NULL: it cannot be written
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
    char shortage[LAB_SHORTAGE]; // why the host failed, "": it did not
    struct lab_vm vms[LAB_VMS];
    size_t vm_count;
    struct lab_stream stream;
};

// Keeps the first failure, with the details of QEMU's end. Always false.
bool lab_broke(struct lab_vm *vm, struct failure *failure);
// The same without a machine.
bool lab_gave_up(struct lab *lab, const struct failure *failure);

// Records a failure of the host; only the first text is kept. A verdict of
// "broken" is then replaced by CODE_HOST.
void lab_host_failed(struct lab *lab, const char *text);
// Checks whether the case's folder still has room.
void lab_try_folder(struct lab *lab);

// Waits with the case's deadline. Fails at once after a failure.
MUST_USE bool lab_wait(struct lab_vm *vm, machine_condition *condition,
                       const char *awaited);
// Runs one command. When QEMU refuses it, *refused is set and the result is
// true; with `refused` NULL a refusal is a failure.
MUST_USE bool lab_command(struct lab_vm *vm, const char *command,
                          struct json_object *arguments,
                          struct json_object **result, struct failure *refused);

void lab_stream_free(struct lab *lab);

// The next free machine, with its files open and no QEMU started. NULL: failed.
struct lab_vm *lab_new_vm(struct lab *lab);

// The machine's options, from the case's form and the check's request. The
// caller adds the guest and the options of this start. `properties` has room
// for LAB_PROPERTIES words.
struct machine_options lab_options(const struct lab *lab,
                                   const struct lab_machine *wanted,
                                   const char **properties);

// Checks one console line: the case fails if the guest drives another transport
// or ring format than the form's.
void lab_check_form(struct lab_vm *vm, const char *line);
// At the end: fails the case if a guest has sent samples without naming its
// transport, or has not named the requested behaviour.
void lab_check_told(struct lab *lab);

// Hooks of the machine: they fill the folder's files and the feed, and look for
// the awaited text.
MUST_USE bool lab_open_files(struct lab_vm *vm, size_t number);
void lab_close_files(struct lab_vm *vm);
struct machine_hooks lab_hooks(struct lab_vm *vm);

#endif
