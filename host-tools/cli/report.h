// SPDX-License-Identifier: MIT
// A sample printed, as text for people or as one line of JSON.
// Limits: prints what it is given; to stdout, unflushed.
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "balloon/compare.h"
#include "balloon/condition.h"
#include "balloon/device.h"
#include "balloon/resident.h"
#include "balloon/target.h"

// What the machine has, by query-balloon, and of what; and what is the matter
// with its statistics.
struct report_sizes {
    int64_t actual;
    uint64_t ram;
    struct target target;
    struct resident resident;
    struct view view;
    enum condition condition;
};

struct report {
    const struct balloon_device *device;
    const struct sample *sample; // never updated: shown without its values
    const char *qemu_version;
    uint32_t interval; // polling, when the sample was read; 0: off

    const struct report_sizes *sizes; // NULL: not wanted

    // Only where the guest's own words are known; else truth is NULL.
    uint64_t number; // of the sample, from 1
    const struct truth *truth;
    enum compared compared;
    const struct difference *differences;
    size_t difference_count;
};

void report_sample(const struct report *report, bool json);

struct summary {
    uint64_t samples;
    uint64_t equal; // how many of them, each in one of these
    uint64_t different;
    uint64_t not_taken;
    uint64_t answered; // requests, by a sample that was compared
    bool interrupted;
};

// All of a run: equal when no sample is otherwise, one at least is, and a
// request was answered.
enum compared summary_judge(const struct summary *summary);

void report_summary(const struct summary *summary, bool json);

// One line of JSON; takes the reference over.
void report_object(struct json_object *object);

// The two forms; report_sample chooses.
void report_text(const struct report *report, uint64_t now);
void report_json(const struct report *report, uint64_t now);

#endif
