// SPDX-License-Identifier: MIT
// Options that have no effect beside another one: refused, not ignored.
// Limits: pairs of options of one command; values are compared as text.
#ifndef CLI_CONFLICTS_H
#define CLI_CONFLICTS_H

#include <stddef.h>

#include "cli/options.h"

struct conflict {
    const char *command;
    const char *option; // this option has no effect
    const char *value;  // with this value (NULL: any)
    const char *beside; // if this option is given
    const char *given;  // with this value (NULL: any)
};

// All pairs; *count gets their number.
const struct conflict *conflicts_table(size_t *count);

// CODE_USAGE, with the names of both, for the first row that matches.
MUST_USE bool conflicts_check(const char *command, const struct option *options,
                              const struct parsed *parsed,
                              struct failure *failure);

#endif
