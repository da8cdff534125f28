// SPDX-License-Identifier: MIT
// Which cases are meant: all claims, in their forms, less what was not asked.
// Limits: names only; nothing is run here.
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"
#include "claims/runner.h"

struct selection {
    struct runner_case *cases; // the canary first, then in the registry's order
    struct subject *subjects;  // of the same number and order
    size_t count;
};

// The form of a claim for which the transport makes no difference.
#define SELECTION_ONCE "once"

struct selection_wish {
    const char *const *ids; // claims, cases or groups; none: all
    size_t id_count;
    const char *const *forms; // names of claims/forms.h, "once"; none: all
    size_t form_count;
    const char *filter; // a word in the name, or a glob; NULL: all
    unsigned shard;     // from 1
    unsigned shards;    // 1: all
};

// CODE_USAGE for a form or an id that is none (with a suggestion), and when
// nothing is left by the filter.
MUST_USE bool selection_make(const struct selection_wish *wish,
                             struct selection *selection,
                             struct failure *failure);
void selection_free(struct selection *selection);

#endif
