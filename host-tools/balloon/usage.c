// SPDX-License-Identifier: MIT
// Total less available. Pure.
// Limits: as usage.h says.
#include "balloon/usage.h"

#include <stddef.h>

struct usage usage_of(const struct sample *sample, uint64_t ballooned)
{
    const struct sample_entry *total = sample_find(sample, "total-memory");
    const struct sample_entry *available =
        sample_find(sample, "available-memory");
    struct usage usage = {.last_update = sample->last_update};

    if (sample->last_update == 0 || !total || !total->present || !available ||
        !available->present || available->value > total->value) {
        return usage;
    }
    const uint64_t gone = total->value - available->value;
    usage.known = true;
    usage.total = total->value;
    usage.available = available->value;
    usage.ballooned = ballooned < gone ? ballooned : gone;
    usage.used = gone - usage.ballooned;
    return usage;
}
