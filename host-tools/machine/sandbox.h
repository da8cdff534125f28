// SPDX-License-Identifier: MIT
// The seccomp sandbox that QEMU is started in: QEMU's option -sandbox.
// Limits: QEMU installs a filter for each -sandbox that says "on", and none
// removes one; so the tool adds its own only if the arguments have none. Pure.
#ifndef MACHINE_SANDBOX_H
#define MACHINE_SANDBOX_H

#include <stdbool.h>

#include "base/failure.h"
#include "machine/command.h"
#include "machine/lines.h"

// The value of "-sandbox". QEMU may not start programs, change its user, or
// set the priorities and affinities of its threads.
extern const char sandbox_value[];

// Whether the tool adds -sandbox: not if the further arguments have one, and
// not if QEMU is known to have none.
bool sandbox_is_given(const struct machine_options *options);

// The line by which QEMU reports that it, or this kernel, has no sandbox:
// printable, from memory_get. NULL if there is no such line.
char *sandbox_refusal(const struct lines *output);

// Adds how to start QEMU without the sandbox, if the sandbox may have caused
// QEMU's end: SIGSYS, or a message about an operation that is not permitted.
void sandbox_explain(int wait_status, const struct lines *output,
                     struct failure *failure);

#endif
