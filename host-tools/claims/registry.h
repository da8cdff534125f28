// SPDX-License-Identifier: MIT
// All claims: one file for each group, with a line here and one in registry.c.
// Limits: CLAIMS_MAX claims.
#ifndef CLAIMS_REGISTRY_H
#define CLAIMS_REGISTRY_H

#include "fixture/claim.h"

enum {
    CLAIMS_MAX = 256
};

extern const struct claim_list claims_polling;
extern const struct claim_list claims_interval;
extern const struct claim_list claims_range;
extern const struct claim_list claims_disable;
extern const struct claim_list claims_time;
extern const struct claim_list claims_path;
extern const struct claim_list claims_example;
extern const struct claim_list claims_stop;
extern const struct claim_list claims_reset;
extern const struct claim_list claims_snapshot;
extern const struct claim_list claims_migration;
extern const struct claim_list claims_driver;
extern const struct claim_list claims_absent;
extern const struct claim_list claims_shape;
extern const struct claim_list claims_key;
extern const struct claim_list claims_update;
extern const struct claim_list claims_silent;
extern const struct claim_list claims_values;
extern const struct claim_list claims_odd;
extern const struct claim_list claims_size;
extern const struct claim_list claims_size_range;
extern const struct claim_list claims_size_lifecycle;
extern const struct claim_list claims_memory_each;
extern const struct claim_list claims_memory_balloon;
extern const struct claim_list claims_memory_state;
extern const struct claim_list claims_memory_disk;
extern const struct claim_list claims_memory_random;
extern const struct claim_list claims_memory_lies;

// Runs first on each QEMU; not one of claims_all().
extern const struct claim claim_canary;

// In the order of the groups in registry.c; *count gets their number.
const struct claim *const *claims_all(size_t *count);

#endif
