// SPDX-License-Identifier: MIT
// Two looks at guest-stats, compared as wholes.
// Limits: for claims about what stays and what goes.
#ifndef CLAIMS_SAMPLES_H
#define CLAIMS_SAMPLES_H

#include <stdbool.h>

#include "balloon/sample.h"
#include "base/attributes.h"
#include "claims/lab.h"

// The same keys, values and last-update.
bool samples_same(const struct sample *a, const struct sample *b);

// Every statistic is absent and last-update is 0.
bool samples_never(const struct sample *sample);

// Reads guest-stats, which must be the same as `before`, which must have a
// value and a last-update; `when` says when.
MUST_USE bool samples_unchanged(struct lab *lab, struct lab_vm *vm,
                                const char *when, const struct sample *before);

#endif
