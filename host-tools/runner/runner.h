// SPDX-License-Identifier: MIT
// Runs cases in parallel, each in its own process.
// Limits: the first subject is the canary: if it does not pass on a QEMU, that
// QEMU's other cases are skipped.
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include "base/attributes.h"
#include "base/failure.h"
#include "base/loop.h"
#include "fixture/claim.h"
#include "fixture/forms.h"
#include "report/result.h"

struct runner_case {
    const struct claim *claim;
    const struct fixture_form *form;
};

struct runner {
    struct loop *loop;
    unsigned jobs;
    uint64_t timeout;   // milliseconds for one case
    uint64_t grace;     // added before a kill: QEMU is ended in steps
    const char *guest;  // the guest's image
    const char *folder; // parent of the cases' folders
    bool keep;          // keeps the folders of passed cases too
    struct fixture_seeds seeds;

    // A case for each subject, in the same order; results are filled in.
    const struct runner_case *cases;
    struct verification *verification;

    // Called after each result; may be NULL.
    void (*progress)(void *context);
    void *context;
};

// True when every case has ended, with any result. False: interrupted; the
// cases that had not ended are skipped. No worker and no QEMU is left running.
MUST_USE bool runner_run(struct runner *runner, struct failure *failure);

#endif
