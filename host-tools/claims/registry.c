// SPDX-License-Identifier: MIT
// The claims of all files in one list.
// Limits: more than CLAIMS_MAX claims stop the tool.
#include "claims/registry.h"

#include <assert.h>
#include <string.h>

static const struct claim_list *const lists[] = {
    &claims_polling,   &claims_interval,  &claims_range,   &claims_disable,
    &claims_time,      &claims_path,      &claims_example, &claims_lifecycle,
    &claims_snapshot,  &claims_migration, &claims_shape,   &claims_keys,
    &claims_absent,    &claims_update,    &claims_driver,  &claims_silent,
    &claims_patterns,  &claims_odd,       &claims_size,    &claims_size_range,
    &claims_size_life,
};

static bool same_group(const struct claim *a, const struct claim *b)
{
    size_t length = strcspn(a->id, ".");

    return length == strcspn(b->id, ".") && strncmp(a->id, b->id, length) == 0;
}

// Inserts after the last claim of its group, or at the end.
static void insert(const struct claim **all, size_t count,
                   const struct claim *claim)
{
    size_t place = count;

    while (place && !same_group(all[place - 1], claim)) {
        place--;
    }
    place = place ? place : count;
    memmove(&all[place + 1], &all[place], (count - place) * sizeof *all);
    all[place] = claim;
}

const struct claim *const *claims_all(size_t *count)
{
    static const struct claim *all[CLAIMS_MAX];
    size_t total = 0;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            assert(total < CLAIMS_MAX);
            insert(all, total++, &lists[i]->claims[j]);
        }
    }
    *count = total;
    return all;
}
