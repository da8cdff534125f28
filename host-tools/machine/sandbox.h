// SPDX-License-Identifier: MIT
// The seccomp sandbox that QEMU is started in: QEMU's option -sandbox.
// Limits: QEMU installs a filter for each -sandbox that says "on", and none
// takes one back; so the tool gives its own only where there is no other. Pure.
#ifndef MACHINE_SANDBOX_H
#define MACHINE_SANDBOX_H

#include <stdbool.h>

#include "base/failure.h"
#include "machine/command.h"
#include "machine/lines.h"

// What follows "-sandbox". QEMU may not start programs, change its user, or
// set the priorities and affinities of its threads.
extern const char sandbox_value[];

// Whether the tool gives -sandbox: not where the further arguments have one,
// and not where QEMU is known to have none.
bool sandbox_is_given(const struct machine_options *options);

// The line that says that this QEMU, or this kernel, has no sandbox, printable
// and by memory_get; NULL when there is none.
char *sandbox_refusal(const struct lines *output);

// Adds how to do without the sandbox, where QEMU's end looks like its doing:
// killed by SIGSYS, or with words of an operation that is not permitted.
void sandbox_explain(int wait_status, const struct lines *output,
                     struct failure *failure);

#endif
