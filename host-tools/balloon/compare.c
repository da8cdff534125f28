// SPDX-License-Identifier: MIT
// Comparison of every key in both directions.
// Limits: exact integers; no tolerance, since both sides have the same sample.
#include "balloon/compare.h"

#include <string.h>

#include "base/text.h"

static struct difference make(const struct truth_entry *sent,
                              const struct sample_entry *reported)
{
    struct difference difference = {
        .guest_has = sent,
        .guest = sent ? sent->value : 0,
        .qemu_has = reported && reported->present,
        .qemu = reported ? reported->value : 0,
    };

    text_format(difference.key, sizeof difference.key, "%s",
                sent ? sent->key : reported->key);
    return difference;
}

// Whether QEMU has no key for this statistic because it is older: its keys are
// complete, and all are those of earlier tags. Known keys come first in a
// sample, in the order of their tags.
static bool is_later_than_qemu(const struct sample *sample, const char *key)
{
    const struct statistic *sent = statistic_find(key);
    size_t count = 0;
    const struct statistic *table = statistic_table(&count);
    size_t known = 0;

    while (known < sample->count && known < count &&
           strcmp(sample->entries[known].key, table[known].key) == 0) {
        known++;
    }
    const bool others =
        known < sample->count && statistic_find(sample->entries[known].key);
    return sent && (size_t)(sent - table) >= known && !others &&
           statistic_complete(known);
}

size_t compare(const struct truth *truth, const struct sample *sample,
               struct difference *differences)
{
    size_t count = 0;

    for (size_t i = 0; i < truth->count; i++) {
        const struct truth_entry *sent = &truth->entries[i];
        const struct sample_entry *reported = sample_find(sample, sent->key);
        if (!reported && is_later_than_qemu(sample, sent->key)) {
            continue;
        }
        if (!reported || !reported->present || reported->value != sent->value) {
            differences[count++] = make(sent, reported);
        }
    }
    for (size_t i = 0; i < sample->count; i++) {
        const struct sample_entry *reported = &sample->entries[i];
        if (reported->present && !truth_find(truth, reported->key)) {
            differences[count++] = make(NULL, reported);
        }
    }
    return count;
}

enum compared compare_judge(const struct truth *truth,
                            const struct sample *sample, size_t differences)
{
    if (differences) {
        return COMPARED_DIFFERENT;
    }
    // Without a difference, a key that QEMU has is a key of both sides.
    bool some = false;

    for (size_t i = 0; i < truth->count; i++) {
        some = some || sample_find(sample, truth->entries[i].key);
    }
    return some && sample->last_update ? COMPARED_EQUAL : COMPARED_NOTHING;
}

const char *compared_name(enum compared compared)
{
    static const char *const names[] = {
        [COMPARED_EQUAL] = "equal",
        [COMPARED_DIFFERENT] = "different",
        [COMPARED_NOTHING] = "nothing-compared",
        [COMPARED_NOT_TAKEN] = "not-taken",
    };

    return names[compared];
}

static void value_text(bool has, uint64_t value, const char *otherwise,
                       char *out, size_t size)
{
    if (has) {
        text_format(out, size, "%llu", (unsigned long long)value);
    } else {
        text_format(out, size, "%s", otherwise);
    }
}

void compare_text(const struct difference *difference, char *out, size_t size)
{
    char guest[24];
    char qemu[24];

    value_text(difference->guest_has, difference->guest, "nothing", guest,
               sizeof guest);
    value_text(difference->qemu_has, difference->qemu, "absent", qemu,
               sizeof qemu);
    text_format(out, size, "%s: guest sent %s, QEMU reports %s",
                difference->key, guest, qemu);
}
