// SPDX-License-Identifier: MIT
// The behaviours that the command line can ask for (`behave=`): each a policy
// that the driver is given, nothing in the driver itself. docs/guest.md says
// what each does and what a host must then see.
#ifndef APP_BEHAVIOURS_H
#define APP_BEHAVIOURS_H

#include "drivers/balloon_policy.h"
#include "platform/cmdline.h"

// The policy of a kind; its calls take the command line as ctx. Never NULL;
// by the book it is empty.
const struct balloon_policy *behaviour_policy(enum behave_kind kind);

// `balloon behave=KIND[:N]`, as it stood on the command line; nothing by the
// book.
void behaviour_announce(const struct cmdline *cmdline);

#endif
