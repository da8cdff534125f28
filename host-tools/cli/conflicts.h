// SPDX-License-Identifier: MIT
// Options that have no effect beside another one: refused, not ignored.
// Limits: pairs of options of one command; what a value means is not read.
#ifndef CLI_CONFLICTS_H
#define CLI_CONFLICTS_H

#include <stddef.h>

#include "cli/options.h"

struct conflict {
    const char *command;
    const char *option; // has no effect
    const char *value;  // with this value; NULL: with any
    const char *beside; // where this one is given
    const char *given;  // as this; NULL: with any value
};

// All of them; *count gets their number.
const struct conflict *conflicts_table(size_t *count);

// CODE_USAGE, naming both, for the first row that the options fit.
MUST_USE bool conflicts_check(const char *command, const struct option *options,
                              const struct parsed *parsed,
                              struct failure *failure);

#endif
