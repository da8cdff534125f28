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

size_t compare(const struct truth *truth, const struct sample *sample,
               struct difference *differences)
{
    size_t count = 0;

    for (size_t i = 0; i < truth->count; i++) {
        const struct truth_entry *sent = &truth->entries[i];
        const struct sample_entry *reported = sample_find(sample, sent->key);
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
    // Without a difference, the guest's keys are the keys of both sides.
    return truth->count && sample->last_update ? COMPARED_EQUAL
                                               : COMPARED_NOTHING;
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
