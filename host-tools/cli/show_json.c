// SPDX-License-Identifier: MIT
// A sample as one line of JSON (NDJSON), and the summary in both forms.
// Limits: integers are exact up to 2^64-1, which some JSON readers round;
// absent statistics are null.
#include "cli/show.h"

#include <json-c/json.h>

#include "base/output.h"
#include "base/text.h"

static void add(struct json_object *object, const char *name,
                struct json_object *value)
{
    json_object_object_add(object, name, value);
}

void show_object(struct json_object *object)
{
    struct buffer line = {0};

    text_escape_json(&line, json_object_to_json_string_ext(
                                object, JSON_C_TO_STRING_PLAIN |
                                            JSON_C_TO_STRING_NOSLASHESCAPE));
    output("%s\n", buffer_string(&line));
    buffer_free(&line);
    json_object_put(object);
}

static struct json_object *number_or_null(bool there, uint64_t value)
{
    return there ? json_object_new_uint64(value) : NULL;
}

static struct json_object *sample_object(const struct sample *sample)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < sample->count; i++) {
        const struct sample_entry *entry = &sample->entries[i];
        add(object, entry->key, number_or_null(entry->present, entry->value));
    }
    return object;
}

static struct json_object *truth_object(const struct truth *truth)
{
    struct json_object *object = json_object_new_object();
    struct json_object *stats = json_object_new_object();

    for (size_t i = 0; i < truth->count; i++) {
        add(stats, truth->entries[i].key,
            json_object_new_uint64(truth->entries[i].value));
    }
    add(object, "seq", json_object_new_uint64(truth->seq));
    add(object, "stats", stats);
    return object;
}

static struct json_object *difference_array(const struct shown *shown)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < shown->difference_count; i++) {
        const struct difference *one = &shown->differences[i];
        struct json_object *object = json_object_new_object();
        add(object, "key", json_object_new_string(one->key));
        add(object, "guest", number_or_null(one->guest_has, one->guest));
        add(object, "qemu", number_or_null(one->qemu_has, one->qemu));
        json_object_array_add(array, object);
    }
    return array;
}

static void add_sizes(struct json_object *object,
                      const struct shown_sizes *sizes)
{
    const struct resident *resident = &sizes->resident;

    add(object, "actual", json_object_new_int64(sizes->actual));
    add(object, "target",
        sizes->target.known
            ? json_object_new_int64(target_size(&sizes->target, sizes->ram))
            : NULL);
    add(object, "ram", json_object_new_uint64(sizes->ram));
    add(object, "resident", number_or_null(resident->known, resident->bytes));
    add(object, "process",
        number_or_null(resident->known, (uint64_t)resident->process));
    add(object, "status",
        *sizes->view.machine ? json_object_new_string(sizes->view.machine)
                             : NULL);
    add(object, "reason",
        sizes->condition == CONDITION_OK
            ? NULL
            : json_object_new_string(condition_id(sizes->condition)));
}

void show_sample_json(const struct shown *shown, uint64_t now)
{
    struct json_object *object = json_object_new_object();
    uint64_t then = shown->sample->last_update;
    int64_t age = 0;
    const bool has_age = sample_age(shown->sample, now, &age);

    add(object, "type", json_object_new_string("sample"));
    if (shown->truth) {
        add(object, "number", json_object_new_uint64(shown->number));
    }
    add(object, "path", json_object_new_string(shown->device->path));
    add(object, "device", json_object_new_string(shown->device->type));
    add(object, "qemu", json_object_new_string(shown->qemu_version));
    if (shown->sizes) {
        add_sizes(object, shown->sizes);
    }
    add(object, "polling_interval", json_object_new_uint64(shown->interval));
    add(object, "last_update", number_or_null(then, then));
    // Signed: the clock of QEMU's host can be ahead of this host's clock.
    add(object, "age_seconds", has_age ? json_object_new_int64(age) : NULL);
    add(object, "stats",
        shown->truth || then ? sample_object(shown->sample) : NULL);
    if (shown->truth) {
        add(object, "guest", truth_object(shown->truth));
        add(object, "verdict",
            json_object_new_string(compared_name(shown->compared)));
        add(object, "differences", difference_array(shown));
    }
    if (shown->prediction) {
        show_prediction_json(shown, object);
    }
    show_object(object);
}

enum compared summary_judge(const struct summary *summary)
{
    if (summary->not_taken) {
        return COMPARED_NOT_TAKEN;
    }
    if (summary->different) {
        return COMPARED_DIFFERENT;
    }
    return summary->equal && summary->answered ? COMPARED_EQUAL
                                               : COMPARED_NOTHING;
}

static void summary_json(const struct summary *summary)
{
    struct json_object *object = json_object_new_object();

    add(object, "type", json_object_new_string("summary"));
    add(object, "samples", json_object_new_uint64(summary->samples));
    add(object, "equal", json_object_new_uint64(summary->equal));
    add(object, "different", json_object_new_uint64(summary->different));
    add(object, "not_taken", json_object_new_uint64(summary->not_taken));
    add(object, "requests_answered", json_object_new_uint64(summary->answered));
    add(object, "verdict",
        summary->samples
            ? json_object_new_string(compared_name(summary_judge(summary)))
            : NULL);
    add(object, "interrupted", json_object_new_boolean(summary->interrupted));
    show_object(object);
}

static void summary_text(const struct summary *summary)
{
    output("%llu sample%s, ", (unsigned long long)summary->samples,
           summary->samples == 1 ? "" : "s");
    if (summary->not_taken) {
        output("%llu NOT TAKEN", (unsigned long long)summary->not_taken);
    } else if (summary->different) {
        output("%llu DIFFERENT", (unsigned long long)summary->different);
    } else if (!summary->equal) {
        output("nothing compared");
    } else if (summary->equal == summary->samples) {
        output("all equal");
    } else {
        output("%llu equal, the others without a value",
               (unsigned long long)summary->equal);
    }
    if (summary->equal && !summary->answered) {
        output(", no request answered");
    }
    output("%s\n", summary->interrupted ? " (interrupted)" : "");
}

void show_summary(const struct summary *summary, bool json)
{
    if (json) {
        summary_json(summary);
    } else {
        summary_text(summary);
    }
}
