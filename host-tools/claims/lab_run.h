// SPDX-License-Identifier: MIT
// Runs one case in a lab: its input, its outcome, its folder.
// Limits: one lab a process, since there is one loop a process; the caller must
// have none at that time.
#ifndef CLAIMS_LAB_RUN_H
#define CLAIMS_LAB_RUN_H

#include "base/failure.h"
#include "claims/claim.h"
#include "claims/forms.h"

enum {
    LAB_VERSION = 64
};

struct lab_case {
    const struct claim *claim;
    const struct lab_form *form;
    const char *qemu;    // program, as exec wants it
    const char *accel;   // -accel; NULL: tcg, which virtual time always has
    const char *guest;   // the guest's image
    const char *version; // from the canary's greeting; "" for the canary
    const char *folder;  // exists; becomes the working directory
    bool no_sandbox;     // QEMU refused -sandbox to the canary
    uint64_t timeout;    // milliseconds for the whole case
};

// Plain bytes, so that a worker can write it to a pipe.
struct lab_outcome {
    enum finding finding;
    // CODE_OK, or the reason why the check did not complete: CODE_HOST,
    // CODE_TIMEOUT, CODE_QEMU_DIED, a signal's code...
    enum exit_code code;
    bool incomplete;           // a file could not be written (full disk)
    bool no_sandbox;           // QEMU refused -sandbox, and ran without
    char version[LAB_VERSION]; // from the greeting, "" when there was none
    char text[FAILURE_TEXT];
};

// Never fails: errors are in the outcome. Leaves no QEMU running.
void lab_run(const struct lab_case *job, struct lab_outcome *outcome);

#endif
