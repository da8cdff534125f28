// SPDX-License-Identifier: MIT
// Compares two readings of guest-stats as a whole.
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

// Reads guest-stats and fails unless it is the same as `before`. `before` must
// have a value and a last-update; `when` names the moment in the message.
MUST_USE bool samples_unchanged(struct lab *lab, struct lab_vm *vm,
                                const char *when, const struct sample *before);

#endif
