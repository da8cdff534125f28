// SPDX-License-Identifier: MIT
// Strict parsing of guest-stats.
// Limits: SAMPLE_ENTRIES keys. QEMU, docs/interop/virtio-balloon-stats.rst.
#include "balloon/sample.h"

#include <string.h>

#include "base/text.h"
#include "qmp/json.h"

static const char prefix[] = "stat-";
enum {
    PREFIX = sizeof prefix - 1
};

static bool parse_entry(const char *name, struct json_object *value,
                        struct sample *sample, struct failure *failure)
{
    char shown[STATISTIC_KEY];
    uint64_t number = 0;

    text_escape(shown, sizeof shown, name, strlen(name));
    enum json_integer kind = json_uint64(value, &number);
    if (kind == JSON_INTEGER_WRONG ||
        (kind == JSON_INTEGER_NEGATIVE && number != 1)) {
        return failure_set(failure, CODE_PROTOCOL,
                           "guest-stats: %s is no integer -1..2^64-1", shown);
    }
    if (strlen(name + PREFIX) >= STATISTIC_KEY || strcmp(shown, name) != 0) {
        return failure_set(failure, CODE_PROTOCOL,
                           "guest-stats: a key that cannot be right: %s",
                           shown);
    }
    if (sample->count == SAMPLE_ENTRIES) {
        return failure_set(failure, CODE_PROTOCOL,
                           "guest-stats: more than %d statistics",
                           SAMPLE_ENTRIES);
    }
    // QEMU stores "not set" as (uint64_t)-1; before 2.10 it printed -1.
    bool absent = kind == JSON_INTEGER_NEGATIVE || number == UINT64_MAX;
    struct sample_entry *entry = &sample->entries[sample->count++];
    text_format(entry->key, sizeof entry->key, "%s", name + PREFIX);
    entry->present = !absent;
    entry->value = absent ? 0 : number;
    return true;
}

// The position of a known key; unknown keys come after all known ones.
static size_t rank(const struct sample_entry *entry)
{
    size_t count;
    const struct statistic *table = statistic_table(&count);
    const struct statistic *known = statistic_find(entry->key);

    return known ? (size_t)(known - table) : count;
}

// QEMU's order depends on a hash table; output needs a fixed order. Insertion
// sort: stable, and there are at most 64 entries.
static void sort_entries(struct sample *sample)
{
    for (size_t i = 1; i < sample->count; i++) {
        struct sample_entry moving = sample->entries[i];
        size_t j = i;
        while (j > 0 && rank(&sample->entries[j - 1]) > rank(&moving)) {
            sample->entries[j] = sample->entries[j - 1];
            j--;
        }
        sample->entries[j] = moving;
    }
}

bool sample_parse(struct json_object *guest_stats, struct sample *sample,
                  struct failure *failure)
{
    struct json_object *stats = json_member_object(guest_stats, "stats");

    *sample = (struct sample){0};
    if (!stats) {
        return failure_set(failure, CODE_PROTOCOL,
                           "guest-stats has no object 'stats'");
    }
    if (json_uint64(json_member(guest_stats, "last-update"),
                    &sample->last_update) != JSON_INTEGER_OK) {
        return failure_set(failure, CODE_PROTOCOL,
                           "guest-stats has no 'last-update' that is an "
                           "integer 0..2^64-1");
    }
    json_object_object_foreach(stats, name, value)
    {
        if (strncmp(name, prefix, PREFIX) == 0 &&
            !parse_entry(name, value, sample, failure)) {
            return false;
        }
    }
    sort_entries(sample);
    return true;
}

bool sample_age(const struct sample *sample, uint64_t now, int64_t *age)
{
    if (sample->last_update == 0 || sample->last_update > INT64_MAX ||
        now > INT64_MAX) {
        return false;
    }
    *age = (int64_t)now - (int64_t)sample->last_update;
    return true;
}

const struct sample_entry *sample_find(const struct sample *sample,
                                       const char *key)
{
    for (size_t i = 0; i < sample->count; i++) {
        if (strcmp(sample->entries[i].key, key) == 0) {
            return &sample->entries[i];
        }
    }
    return NULL;
}
