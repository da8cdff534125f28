// SPDX-License-Identifier: MIT
// Runs cases side by side, each in a process of its own.
// Limits: the first subject is the canary: where it comes to no good end on a
// QEMU, that QEMU's other cases are skipped.
#ifndef CLAIMS_RUNNER_H
#define CLAIMS_RUNNER_H

#include "base/attributes.h"
#include "base/failure.h"
#include "base/loop.h"
#include "claims/claim.h"
#include "claims/forms.h"
#include "report/result.h"

struct runner_case {
    const struct claim *claim;
    const struct lab_form *form;
};

struct runner {
    struct loop *loop;
    unsigned jobs;
    uint64_t timeout;   // milliseconds that a case may take
    uint64_t grace;     // more until it is killed: QEMU is ended in steps
    const char *guest;  // our image
    const char *folder; // the cases' folders are made in it
    bool keep;          // the folders of passed cases too

    // A case for each subject, in the same order; results are filled in.
    const struct runner_case *cases;
    struct verification *verification;

    // Called whenever a result has come; may be NULL.
    void (*progress)(void *context);
    void *context;
};

// True when all have come to their end, whatever that was. False: interrupted,
// or the host failed (no process, no folder); what had not ended is skipped.
// No worker and no QEMU is left in any case.
MUST_USE bool runner_run(struct runner *runner, struct failure *failure);

#endif
