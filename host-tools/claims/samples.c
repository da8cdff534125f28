// SPDX-License-Identifier: MIT
// Compares two readings of guest-stats as a whole.
// Limits: keys in another order count as a difference; QEMU has one order.
#include "claims/samples.h"

#include <string.h>

static bool same_entry(const struct sample_entry *a,
                       const struct sample_entry *b)
{
    return strcmp(a->key, b->key) == 0 && a->present == b->present &&
           a->value == b->value;
}

bool samples_same(const struct sample *a, const struct sample *b)
{
    bool same = a->count == b->count && a->last_update == b->last_update;

    for (size_t i = 0; same && i < a->count; i++) {
        same = same_entry(&a->entries[i], &b->entries[i]);
    }
    return same;
}

bool samples_never(const struct sample *sample)
{
    bool never = sample->last_update == 0 && sample->count > 0;

    for (size_t i = 0; never && i < sample->count; i++) {
        never = !sample->entries[i].present;
    }
    return never;
}

static bool samples_some(const struct sample *sample)
{
    bool some = false;

    for (size_t i = 0; i < sample->count; i++) {
        some = some || sample->entries[i].present;
    }
    return some && sample->last_update;
}

bool samples_unchanged(struct lab *lab, struct lab_vm *vm, const char *when,
                       const struct sample *before)
{
    struct sample after;

    return (samples_some(before) ||
            lab_fail(lab, "nothing that could change %s", when)) &&
           lab_read(vm, &after) &&
           (samples_same(before, &after) ||
            lab_fail(lab,
                     "expected unchanged guest-stats %s, got other values or "
                     "another last-update (%llu before, %llu now)",
                     when, (unsigned long long)before->last_update,
                     (unsigned long long)after.last_update));
}
