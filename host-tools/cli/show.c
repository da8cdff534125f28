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

static void print_sizes(const struct report_sizes *sizes)
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
static void print_state(const struct report_sizes *sizes)
{
    output("  %-17s %12s  %s\n", "machine",
           *sizes->view.machine ? sizes->view.machine : "unknown",
           sizes->condition == CONDITION_OK ? "statistics ok"
                                            : condition_id(sizes->condition));
}

static void print_head(const struct report *report, uint64_t now)
{
    if (report->truth) {
        output("sample %llu (guest's seq %llu)",
               (unsigned long long)report->number,
               (unsigned long long)report->truth->seq);
    } else {
        output("%s (%s)\nQEMU %s", report->device->path, report->device->type,
               report->qemu_version);
    }
    if (report->interval) {
        output(", polled every %lu s\n", (unsigned long)report->interval);
    } else {
        output(", not polled\n");
    }
    output("  last update ");
    print_age(report->sample, now);
    output("\n");
    if (report->sizes) {
        print_sizes(report->sizes);
        print_state(report->sizes);
    }
}

static void print_titles(const struct report *report)
{
    output("  %-17s %12s  %-*s%s\n", "statistic", "QEMU reports",
           report->truth ? WIDTH : 0, "exactly",
           report->truth ? "  guest sent" : "");
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

static void print_entries(const struct report *report)
{
    const struct sample *sample = report->sample;

    for (size_t i = 0; i < sample->count; i++) {
        output("  %-17s ", sample->entries[i].key);
        print_value(&sample->entries[i], report->truth ? WIDTH : 0);
        if (report->truth) {
            print_sent(report->truth, sample->entries[i].key);
        }
        output("\n");
    }
    // Values that the guest sent and QEMU has no key for.
    for (size_t i = 0; report->truth && i < report->truth->count; i++) {
        const struct truth_entry *entry = &report->truth->entries[i];
        if (!sample_find(sample, entry->key)) {
            output("  %-17s %12s  %-*s  %llu\n", entry->key, "no such key",
                   WIDTH, "", (unsigned long long)entry->value);
        }
    }
}

static void print_verdict(const struct report *report)
{
    char text[200];

    if (report->compared == COMPARED_EQUAL) {
        output("  verdict: equal\n");
    } else if (report->compared == COMPARED_NOTHING) {
        output("  verdict: NOTHING COMPARED: %s\n",
               report->sample->last_update
                   ? "there is no value on either side"
                   : "the device has never had a sample");
    } else if (report->compared == COMPARED_NOT_TAKEN) {
        output("  verdict: NOT TAKEN: the sample lies in the statistics queue "
               "and the device has\n           not looked: it was not "
               "notified, or it is broken\n");
        return; // QEMU shows an older sample, so differences mean nothing
    }
    for (size_t i = 0; i < report->difference_count; i++) {
        compare_text(&report->differences[i], text, sizeof text);
        output("  verdict: DIFFERENT: %s\n", text);
    }
}

void report_text(const struct report *report, uint64_t now)
{
    print_head(report, now);
    if (report->truth || report->sample->last_update) {
        print_titles(report);
        print_entries(report);
    }
    if (report->truth) {
        print_verdict(report);
    }
}

void report_sample(const struct report *report, bool json)
{
    uint64_t now = (uint64_t)time(NULL);

    if (json) {
        report_json(report, now);
    } else {
        report_text(report, now);
    }
}
