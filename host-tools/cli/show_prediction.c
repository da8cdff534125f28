// SPDX-License-Identifier: MIT
// A predicted sample: model, guest and QEMU side by side, and what moved.
// Limits: values of up to 13 digits keep the columns, within 80.
#include "cli/show.h"

#include <json-c/json.h>
#include <string.h>

#include "base/output.h"
#include "base/text.h"
#include "base/wrap.h"

// --- The comparison ---

bool prediction_find(const struct shown_prediction *prediction, const char *key,
                     uint64_t *value)
{
    for (unsigned i = 0; prediction->known && i < MODEL_NUMBERS; i++) {
        if (strcmp(model_key(i), key) == 0) {
            *value = prediction->numbers.value[i];
            return true;
        }
    }
    return false;
}

bool prediction_differs(const struct shown_prediction *prediction,
                        const struct truth_entry *sent)
{
    uint64_t value;

    return prediction_find(prediction, sent->key, &value) &&
           value != sent->value;
}

bool prediction_fails(const struct shown_prediction *prediction,
                      const struct truth *truth)
{
    for (size_t i = 0; i < truth->count; i++) {
        if (prediction_differs(prediction, &truth->entries[i])) {
            return true;
        }
    }
    return *prediction->wrong;
}

// --- Text ---

void show_words(const struct shown_prediction *prediction)
{
    struct buffer text = {0};
    struct buffer lines = {0};

    buffer_text(&text, prediction->words);
    if (prediction->now) {
        buffer_format(&text, "%s%s (%llu done)", text.length ? " " : "",
                      prediction->now, (unsigned long long)prediction->done);
    }
    if (text.length > 0) {
        buffer_text(&lines, "  orders:\n");
        wrap_text(&lines, 4, buffer_string(&text), text.length);
        output("%s", buffer_string(&lines));
    }
    buffer_free(&text);
    buffer_free(&lines);
}

// "+2.0 MiB", "-3"; "": the value has not moved, or was not there.
static void change_text(const struct truth *before,
                        const struct truth_entry *now, char *out, size_t size)
{
    const struct statistic *known = statistic_find(now->key);
    const struct truth_entry *old = truth_find(before, now->key);

    *out = '\0';
    if (!old || old->value == now->value) {
        return;
    }
    const bool more = now->value > old->value;
    const uint64_t change =
        more ? now->value - old->value : old->value - now->value;

    if (known && known->unit == UNIT_BYTES) {
        char people[24];

        text_size(people, sizeof people, change);
        text_format(out, size, "%c%s", more ? '+' : '-', people);
    } else {
        text_format(out, size, "%c%llu", more ? '+' : '-',
                    (unsigned long long)change);
    }
}

static void qemu_text(const struct sample *sample, const char *key, char *out,
                      size_t size)
{
    const struct sample_entry *entry = sample_find(sample, key);

    if (entry && entry->present) {
        text_format(out, size, "%llu", (unsigned long long)entry->value);
    } else {
        text_format(out, size, "%s", entry ? "absent" : "no such key");
    }
}

// QEMU's values are older than the others if the sample was not taken.
static bool is_different(const struct shown *shown, const char *key)
{
    const struct truth_entry *sent = truth_find(shown->truth, key);

    if (shown->compared == COMPARED_NOT_TAKEN) {
        return false;
    }
    for (size_t i = 0; i < shown->difference_count; i++) {
        if (strcmp(shown->differences[i].key, key) == 0) {
            return true;
        }
    }
    return sent && prediction_differs(shown->prediction, sent);
}

static void print_row(const struct shown *shown, const char *key)
{
    const struct truth_entry *sent = truth_find(shown->truth, key);
    char model[24] = "-";
    char guest[24] = "-";
    char qemu[24];
    char change[40] = "";
    uint64_t value;

    if (sent && prediction_find(shown->prediction, key, &value)) {
        text_format(model, sizeof model, "%llu", (unsigned long long)value);
    }
    if (sent) {
        text_format(guest, sizeof guest, "%llu",
                    (unsigned long long)sent->value);
        change_text(shown->prediction->before, sent, change, sizeof change);
    }
    qemu_text(shown->sample, key, qemu, sizeof qemu);
    output("%c %-17s %13s %13s %13s%*s\n", is_different(shown, key) ? '!' : ' ',
           key, model, guest, qemu, *change ? 16 : 0, change);
}

void show_prediction(const struct shown *shown)
{
    const struct sample *sample = shown->sample;
    char since[40];

    text_format(since, sizeof since, "since sample %llu",
                (unsigned long long)shown->prediction->before_number);
    output("  %-17s %13s %13s %13s  %14s\n", "statistic", "model says",
           "guest sent", "QEMU reports", since);
    for (size_t i = 0; i < sample->count; i++) {
        print_row(shown, sample->entries[i].key);
    }
    for (size_t i = 0; i < shown->truth->count; i++) {
        if (!sample_find(sample, shown->truth->entries[i].key)) {
            print_row(shown, shown->truth->entries[i].key);
        }
    }
}

void show_prediction_verdict(const struct shown *shown)
{
    if (!shown->prediction) {
        return;
    }
    for (size_t i = 0; i < shown->truth->count; i++) {
        const struct truth_entry *sent = &shown->truth->entries[i];
        uint64_t value;

        if (prediction_differs(shown->prediction, sent) &&
            prediction_find(shown->prediction, sent->key, &value)) {
            output("  verdict: DIFFERENT: %s: model says %llu, guest sent "
                   "%llu\n",
                   sent->key, (unsigned long long)value,
                   (unsigned long long)sent->value);
        }
    }
    for (const char *line = shown->prediction->wrong; *line;) {
        const size_t length = strcspn(line, "\n");

        output("  verdict: DIFFERENT: %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

// --- JSON ---

static struct json_object *numbers_object(const struct model_numbers *numbers)
{
    struct json_object *object = json_object_new_object();

    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        json_object_object_add(object, model_key(i),
                               json_object_new_uint64(numbers->value[i]));
    }
    return object;
}

static struct json_object *wrong_keys(const struct shown *shown)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < shown->truth->count; i++) {
        const struct truth_entry *sent = &shown->truth->entries[i];

        if (prediction_differs(shown->prediction, sent)) {
            json_object_array_add(array, json_object_new_string(sent->key));
        }
    }
    return array;
}

// The parts of the text between the separators.
static struct json_object *parts_array(const char *text, const char *separator)
{
    struct json_object *array = json_object_new_array();

    while (*text) {
        const size_t length = strcspn(text, separator);

        json_object_array_add(array,
                              json_object_new_string_len(text, (int)length));
        text += length + (text[length] != '\0');
    }
    return array;
}

void show_prediction_json(const struct shown *shown, struct json_object *object)
{
    const struct shown_prediction *prediction = shown->prediction;

    json_object_object_add(
        object, "predicted",
        prediction->known ? numbers_object(&prediction->numbers) : NULL);
    json_object_object_add(object, "mispredicted", wrong_keys(shown));
    json_object_object_add(object, "wrong_answers",
                           parts_array(prediction->wrong, "\n"));
    json_object_object_add(object, "orders",
                           parts_array(prediction->words, " "));
    json_object_object_add(
        object, "order_in_progress",
        prediction->now ? json_object_new_string(prediction->now) : NULL);
}
