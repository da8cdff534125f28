// SPDX-License-Identifier: MIT
// Follows this project's guest in the model: from the words that it is given,
// and the lines of its console, what each sample must say. docs/memory.md.
// Limits: one word at a time. Predictions begin behind the first complete
// answer to `frames`, and hold for a guest with touch=0 and without orders of
// its own. No sample is predicted while the balloon moves. Pure.
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buffer.h"
#include "cli/predict_machine.h"
#include "model/model.h"

// What is known of a sample when its stats line comes.
struct followed {
    uint64_t seq;       // of the sample; 0: none yet
    bool in_middle;     // of a part of the script
    bool known;         // it is predicted
    uint64_t ballooned; // pages, by the words so far; or by the model
    struct model_numbers numbers;
};

struct follow {
    struct predict_machine machine; // of the tool; then what the console says
    bool predicts;                  // a model is wanted
    struct buffer console;          // until the model begins
    struct model *model;            // NULL: it has not begun

    bool lost; // an order took frames whose numbers are not known: nothing is
               // predicted from then on

    const char *word;       // in work; NULL: none
    bool is_size;           // the balloon moves to `target` for it
    bool begun;             // in the model
    uint64_t orders_before; // of the guest, when the model began
    uint64_t target;        // pages in the balloon
    uint64_t ballooned;
    bool in_part;

    struct buffer said; // the guest's answer so far, and the model's
    struct buffer expected;
    struct buffer done;     // the words since the last sample shown
    struct buffer wrong;    // answers that differ from the model's: a line each
    struct followed newest; // of the newest stats line
};

// The next word. The one before has been answered.
void follow_order(struct follow *follow, const char *word);
// The balloon gets a target of so many pages for it. False: it had that one, so
// no line will come, and the word is done.
MUST_USE bool follow_size(struct follow *follow, const char *word,
                          uint64_t pages);

// Takes a complete line of the console.
void follow_line(struct follow *follow, const char *line);

// Begins to predict; the guest has answered `disks` and `frames`. CODE_USAGE: a
// line is missing in the console.
MUST_USE bool follow_begin(struct follow *follow, struct failure *failure);

// Whether the last word has been answered.
bool follow_answered(const struct follow *follow);

// Forgets the words and answers of the sample that was shown.
void follow_shown(struct follow *follow);

void follow_end(struct follow *follow);

#endif
