// SPDX-License-Identifier: MIT
// Prints a sample, as text or as one line of JSON.
// Limits: prints to stdout, unflushed.
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "balloon/compare.h"
#include "balloon/condition.h"
#include "balloon/balloon.h"
#include "balloon/resident.h"
#include "balloon/target.h"
#include "model/model.h"

// The machine's size by query-balloon, its RAM, target and resident memory, and
// the condition of its statistics.
struct shown_sizes {
    int64_t actual;
    uint64_t ram;
    struct target target;
    struct resident resident;
    struct view view;
    enum condition condition;
};

// What the model says of a sample, and what the guest was given since the one
// before.
struct shown_prediction {
    bool known;
    struct model_numbers numbers;
    const struct truth *before; // the sample before; its number
    uint64_t before_number;
    const char *words;
    const char *wrong; // answers that differ from the model's: a line each
    const char *now;   // the word in work; NULL: none
    uint64_t done;     // and its touches
};

struct shown {
    const struct balloon_device *device;
    const struct sample *sample; // printed without values if never updated
    const char *qemu_version;
    uint32_t interval; // polling interval at the time of the sample; 0: off

    const struct shown_sizes *sizes; // NULL: not wanted

    // Only if the guest's own lines are known; else truth is NULL.
    uint64_t number; // of the sample, from 1
    const struct truth *truth;
    enum compared compared;
    const struct difference *differences;
    size_t difference_count;

    const struct shown_prediction *prediction; // NULL: the run has no script
};

// The model's value for the guest's key. False: it says nothing about it.
bool prediction_find(const struct shown_prediction *prediction, const char *key,
                     uint64_t *value);
// Whether the guest has sent another value than the model's; a key that it has
// not sent is none.
bool prediction_differs(const struct shown_prediction *prediction,
                        const struct truth_entry *sent);
// Whether a value or an answer differs.
bool prediction_fails(const struct shown_prediction *prediction,
                      const struct truth *truth);

void show_sample(const struct shown *shown, bool json);

struct summary {
    uint64_t samples;
    uint64_t equal; // numbers of samples by verdict
    uint64_t different;
    uint64_t not_taken;
    uint64_t answered; // requests answered by a sample that was compared
    bool interrupted;
};

// The verdict of a run: equal if at least one sample is equal, none has another
// verdict, and a request was answered.
enum compared summary_judge(const struct summary *summary);

void show_summary(const struct summary *summary, bool json);

// Prints one line of JSON; takes the reference over.
void show_object(struct json_object *object);

// The table of a predicted sample, and the words before it.
void show_words(const struct shown_prediction *prediction);
void show_prediction(const struct shown *shown);
void show_prediction_verdict(const struct shown *shown);
// The members of its JSON.
void show_prediction_json(const struct shown *shown,
                          struct json_object *object);

// The two formats of show_sample.
void show_sample_text(const struct shown *shown, uint64_t now);
void show_sample_json(const struct shown *shown, uint64_t now);

#endif
