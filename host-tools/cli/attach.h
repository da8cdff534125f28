// SPDX-License-Identifier: MIT
// Connects to a running QEMU, which is never stopped or ended.
// Limits: one attachment a process, since there is one loop a process.
#ifndef CLI_ATTACH_H
#define CLI_ATTACH_H

#include <stdbool.h>

#include "balloon/balloon.h"
#include "base/attributes.h"
#include "base/loop.h"
#include "cli/options.h"

struct attachment {
    struct loop *loop;
    struct balloon balloon; // its deadline is for all commands
};

// Connects to the monitor only: the device stays empty. On a failure everything
// is closed.
MUST_USE bool attach_monitor(const char *address, uint64_t timeout_ms,
                             struct attachment *attachment,
                             struct failure *failure);

// The same; also finds the balloon.
MUST_USE bool attach(const char *address, uint64_t timeout_ms,
                     struct attachment *attachment, struct failure *failure);

void detach(struct attachment *attachment);

// Reads the row "timeout" of the options and requires `operands` operands,
// called `names` in the message.
MUST_USE bool attach_options(const struct option *options, int argc,
                             char **argv, int operands, const char *names,
                             struct parsed *parsed, uint64_t *timeout_ms,
                             struct failure *failure);

#endif
