// SPDX-License-Identifier: MIT
// A lab from outside: one case carried out, its outcome, its folder.
// Limits: one a process, since a loop is; the caller has none then.
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
    const char *guest;   // our image
    const char *version; // what the greeting said to the canary, "" for it
    const char *folder;  // there already: the working directory from then on
    bool no_sandbox;     // QEMU refused -sandbox to the canary
    uint64_t timeout;    // milliseconds for all of it
};

// Plain bytes, so that a worker can write it to a pipe.
struct lab_outcome {
    enum finding finding;
    // CODE_OK, or why the check came to no end of its own: CODE_HOST,
    // CODE_TIMEOUT, CODE_QEMU_DIED, a signal's...
    enum exit_code code;
    bool incomplete;           // the folder could not take all (full disk)
    bool no_sandbox;           // QEMU refused -sandbox, and ran without
    char version[LAB_VERSION]; // from the greeting, "" when there was none
    char text[FAILURE_TEXT];
};

// Never fails: what goes wrong is in the outcome. No QEMU is left.
void lab_run(const struct lab_case *job, struct lab_outcome *outcome);

#endif
