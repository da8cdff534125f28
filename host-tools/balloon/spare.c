// SPDX-License-Identifier: MIT
// Compares the memory taken with the memory available. Pure.
#include "balloon/spare.h"

#include <stddef.h>

static bool value_of(const struct sample *sample, const char *key,
                     uint64_t *value)
{
    const struct sample_entry *entry = sample_find(sample, key);

    if (sample->last_update == 0 || !entry || !entry->present) {
        return false;
    }
    *value = entry->value;
    return true;
}

static uint64_t in_balloon(int64_t actual, uint64_t ram)
{
    return actual < 0               ? ram
           : (uint64_t)actual < ram ? ram - (uint64_t)actual
                                    : 0;
}

struct spare spare_of(const struct sample *sample, int64_t actual, uint64_t ram,
                      bool on_oom)
{
    struct spare spare = {0};
    uint64_t available = 0;
    const bool has_total = value_of(sample, "total-memory", &spare.total);
    const bool has_available = value_of(sample, "available-memory", &available);
    const uint64_t most = has_total && spare.total < ram ? spare.total : ram;
    uint64_t ballooned = on_oom ? in_balloon(actual, ram) : 0;

    spare.at_least = !has_available;
    spare.known =
        (has_available || value_of(sample, "free-memory", &available)) &&
        available <= most;
    spare.bytes = spare.known ? available : 0;
    spare.use_known = has_total && has_available && available <= spare.total;
    if (spare.use_known) {
        const uint64_t gone = spare.total - available;

        spare.used = gone - (ballooned < gone ? ballooned : gone);
    }
    if (has_total && actual >= 0 && spare.total > (uint64_t)actual) {
        spare.returns = ballooned;
    }
    return spare;
}

uint64_t spare_taken(const struct spare_change *change)
{
    return change->actual > (int64_t)change->target
               ? (uint64_t)change->actual - change->target
               : 0;
}

enum spare_verdict spare_judge(const struct spare *spare,
                               const struct spare_change *change)
{
    const uint64_t taken = spare_taken(change);
    const uint64_t at_most = change->ram - change->target;

    if (taken == 0) {
        return SPARE_ENOUGH;
    }
    if (!spare->known) {
        return SPARE_UNKNOWN;
    }
    if (taken > spare->bytes + spare->returns) {
        return spare->at_least ? SPARE_UNKNOWN : SPARE_SHORT;
    }
    return change->settled || at_most <= spare->bytes ? SPARE_ENOUGH
                                                      : SPARE_UNSURE;
}
