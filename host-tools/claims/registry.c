// SPDX-License-Identifier: MIT
// The claims of all groups in one list.
// Limits: more than CLAIMS_MAX claims stop the tool.
#include "claims/registry.h"

#include <assert.h>

static const struct claim_list *const lists[] = {
    &claims_polling,       &claims_interval,
    &claims_range,         &claims_disable,
    &claims_time,          &claims_path,
    &claims_example,       &claims_stop,
    &claims_reset,         &claims_snapshot,
    &claims_migration,     &claims_driver,
    &claims_absent,        &claims_shape,
    &claims_key,           &claims_update,
    &claims_silent,        &claims_values,
    &claims_odd,           &claims_size,
    &claims_size_range,    &claims_size_lifecycle,
    &claims_memory_each,   &claims_memory_balloon,
    &claims_memory_state,  &claims_memory_disk,
    &claims_memory_random, &claims_memory_lies,
};

const struct claim *const *claims_all(size_t *count)
{
    static const struct claim *all[CLAIMS_MAX];
    size_t total = 0;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            assert(total < CLAIMS_MAX);
            all[total++] = &lists[i]->claims[j];
        }
    }
    *count = total;
    return all;
}
