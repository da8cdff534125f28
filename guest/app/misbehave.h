// SPDX-License-Identifier: MIT
// Misbehaviours that the command line selects (`behave=`). Each is a policy
// passed to the driver; the driver itself has no code for them. docs/guest.md
// lists what each does and what a host must then see.
#ifndef APP_MISBEHAVE_H
#define APP_MISBEHAVE_H

#include "drivers/balloon/policy.h"
#include "app/cmdline.h"

// The policy of a kind; its callbacks take the command line as ctx. Never
// NULL; the policy of by-the-book is empty.
const struct balloon_policy *behaviour_policy(enum behave_kind kind);

// Writes `balloon behave=KIND[:N]` with the values of the command line;
// nothing for by-the-book.
void behaviour_announce(const struct cmdline *cmdline);

#endif
