// SPDX-License-Identifier: MIT
// A sample as text.
// Limits: a sample's time is from the clock of QEMU's host; its age, in whole
// seconds, is the difference from this host's clock.
#include "cli/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "balloon/size.h"
#include "base/output.h"
#include "base/text.h"

enum {
    WIDTH = 26
}; // of "18446744073709551615 bytes"

static void print_age(const struct sample *sample, uint64_t now)
{
    char text[40];
    struct tm parts;
    time_t seconds = (time_t)sample->last_update;
    int64_t age;

    if (sample->last_update == 0) {
        output("never");
        return;
    }
    if (!sample_age(sample, now, &age) || !gmtime_r(&seconds, &parts) ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
        output("%llu s after 1970", (unsigned long long)sample->last_update);
        return;
    }
    output("%s, %lld s %s", text, (long long)(age < 0 ? -age : age),
           age < 0 ? "in the future" : "ago");
}

static void print_target(const struct target *target, uint64_t ram)
{
    const int64_t bytes = target_size(target, ram);
    char people[SIZE_TEXT];

    if (!target->known) {
        output("  %-17s %12s  %s\n", "target", "unknown", target->reason);
        return;
    }
    size_text(people, sizeof people, bytes);
    output("  %-17s %12s  %lld bytes\n", "target", people, (long long)bytes);
}

static void print_sizes(const struct shown_sizes *sizes)
{
    char people[SIZE_TEXT];

    size_text(people, sizeof people, sizes->actual);
    output("  %-17s %12s  %lld bytes\n", "size (actual)", people,
           (long long)sizes->actual);
    text_size(people, sizeof people, sizes->ram);
    output("  %-17s %12s  %llu bytes\n", "RAM", people,
           (unsigned long long)sizes->ram);
    print_target(&sizes->target, sizes->ram);
    if (!sizes->resident.known) {
        output("  %-17s %12s  %s\n", "QEMU resident", "unknown",
               sizes->resident.reason);
        return;
    }
    text_size(people, sizeof people, sizes->resident.bytes);
    output("  %-17s %12s  %llu bytes (process %d)\n", "QEMU resident", people,
           (unsigned long long)sizes->resident.bytes,
           (int)sizes->resident.process);
}

// QEMU's status of the machine, and the id of the statistics' condition.
static void print_state(const struct shown_sizes *sizes)
{
    output("  %-17s %12s  %s\n", "machine",
           *sizes->view.machine ? sizes->view.machine : "unknown",
           sizes->condition == CONDITION_OK ? "statistics ok"
                                            : condition_id(sizes->condition));
}

static void print_head(const struct shown *shown, uint64_t now)
{
    if (shown->truth) {
        output("sample %llu (guest's seq %llu)",
               (unsigned long long)shown->number,
               (unsigned long long)shown->truth->seq);
    } else {
        output("%s (%s)\nQEMU %s", shown->device->path, shown->device->type,
               shown->qemu_version);
    }
    if (shown->interval) {
        output(", polled every %lu s\n", (unsigned long)shown->interval);
    } else {
        output(", not polled\n");
    }
    output("  last update ");
    print_age(shown->sample, now);
    output("\n");
    if (shown->sizes) {
        print_sizes(shown->sizes);
        print_state(shown->sizes);
    }
}

static void print_titles(const struct shown *shown)
{
    output("  %-17s %12s  %-*s%s\n", "statistic", "QEMU reports",
           shown->truth ? WIDTH : 0, "exactly",
           shown->truth ? "  guest sent" : "");
}

// A value twice: rounded with its unit, and exactly in a column of `width`.
static void print_value(const struct sample_entry *entry, int width)
{
    const struct statistic *known = statistic_find(entry->key);
    char people[24];
    char exact[40];

    if (!entry->present) {
        output("%12s%*s", "absent", width ? width + 2 : 0, "");
        return;
    }
    if (known && known->unit == UNIT_BYTES) {
        text_size(people, sizeof people, entry->value);
    } else {
        text_format(people, sizeof people, "%llu",
                    (unsigned long long)entry->value);
    }
    text_format(exact, sizeof exact, "%llu%s", (unsigned long long)entry->value,
                known && known->unit == UNIT_BYTES ? " bytes" : "");
    output("%12s  %-*s", people, width, exact);
}

static void print_sent(const struct truth *truth, const char *key)
{
    const struct truth_entry *entry = truth_find(truth, key);

    if (entry) {
        output("  %llu", (unsigned long long)entry->value);
    } else {
        output("  -");
    }
}

static void print_entries(const struct shown *shown)
{
    const struct sample *sample = shown->sample;

    for (size_t i = 0; i < sample->count; i++) {
        output("  %-17s ", sample->entries[i].key);
        print_value(&sample->entries[i], shown->truth ? WIDTH : 0);
        if (shown->truth) {
            print_sent(shown->truth, sample->entries[i].key);
        }
        output("\n");
    }
    // Values that the guest sent and QEMU has no key for.
    for (size_t i = 0; shown->truth && i < shown->truth->count; i++) {
        const struct truth_entry *entry = &shown->truth->entries[i];
        if (!sample_find(sample, entry->key)) {
            output("  %-17s %12s  %-*s  %llu\n", entry->key, "no such key",
                   WIDTH, "", (unsigned long long)entry->value);
        }
    }
}

static void print_verdict(const struct shown *shown)
{
    char text[200];

    if (shown->compared == COMPARED_EQUAL) {
        output("  verdict: equal%s\n",
               shown->prediction && shown->prediction->known ? ", as predicted"
                                                             : "");
    } else if (shown->compared == COMPARED_NOTHING) {
        output("  verdict: NOTHING COMPARED: %s\n",
               shown->sample->last_update
                   ? "there is no value on either side"
                   : "the device has never had a sample");
    } else if (shown->compared == COMPARED_NOT_TAKEN) {
        output("  verdict: NOT TAKEN: the sample lies in the statistics queue "
               "and the device has\n           not looked: it was not "
               "notified, or it is broken\n");
        return; // QEMU shows an older sample, so differences mean nothing
    }
    show_prediction_verdict(shown);
    for (size_t i = 0; i < shown->difference_count; i++) {
        compare_text(&shown->differences[i], text, sizeof text);
        output("  verdict: DIFFERENT: %s\n", text);
    }
}

void show_sample_text(const struct shown *shown, uint64_t now)
{
    const struct shown_prediction *prediction = shown->prediction;

    print_head(shown, now);
    if (prediction) {
        show_words(prediction);
    }
    if (prediction && prediction->known) {
        show_prediction(shown);
    } else if (shown->truth || shown->sample->last_update) {
        print_titles(shown);
        print_entries(shown);
    }
    if (shown->truth) {
        print_verdict(shown);
    }
}

void show_sample(const struct shown *shown, bool json)
{
    uint64_t now = (uint64_t)time(NULL);

    if (json) {
        show_sample_json(shown, now);
    } else {
        show_sample_text(shown, now);
    }
}
