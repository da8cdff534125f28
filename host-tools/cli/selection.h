// SPDX-License-Identifier: MIT
// Selects cases: all claims in their forms, reduced by the user's wish.
// Limits: names only; nothing is run here.
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"
#include "runner/runner.h"

struct selection {
    struct runner_case *cases; // the canary first, then in the registry's order
    struct subject *subjects;  // same number and order
    size_t count;
};

// The form name of a claim for which the transport makes no difference.
#define SELECTION_ONCE "once"

struct selection_wish {
    const char *const *ids; // claims, cases or groups; none: all
    size_t id_count;
    const char *const *forms; // names of fixture/forms.h, "once"; none: all
    size_t form_count;
    const char *filter; // part of the name, or a glob; NULL: all
    unsigned shard;     // from 1
    unsigned shards;    // 1: all
};

// CODE_USAGE for an unknown form or id (with a suggestion), and if no case
// passes the filter.
MUST_USE bool selection_make(const struct selection_wish *wish,
                             struct selection *selection,
                             struct failure *failure);
void selection_free(struct selection *selection);

#endif
