// SPDX-License-Identifier: MIT
// A small machine for the model's tests: one run of free frames from 1000 on, a
// swap disk, a file of 64 pages. Steps are long, so that the background stays
// out of an order unless a test sets `pace`.
#ifndef UNIT_HOST_MODEL_RIG_H
#define UNIT_HOST_MODEL_RIG_H

#include "model/model.h"

#include <inttypes.h>
#include <stdio.h>

#include "unit/checks.h"

enum {
    FIRST = 1000, // the first free frame
    PAGE = 4096,
    FAULTS = 400
};

static struct model *model;
static struct model_run all_frames;
static struct model_fault faults[FAULTS];
static struct model_machine machine;

// Free frames are all frames. A test changes `machine` and then starts.
static inline void set_up_machine(uint64_t frames)
{
    all_frames = (struct model_run){FIRST, frames};
    machine = (struct model_machine){
        .managed = frames,
        .free_runs = &all_frames,
        .free_run_count = 1,
        .pace = 1000,
        .disks = 2,
        .swap_disk = true,
        .swap_marked = true,
        .swap_last_page = 1000,
        .file_disk = true,
        .file_pages = 64,
        .faults = faults,
    };
}

static inline void start(void)
{
    model_end(model); // of a test with several machines
    model = model_new(&machine);
}

static inline void start_machine(uint64_t frames)
{
    set_up_machine(frames);
    start();
}

// All writes to the slots first to last fail.
static inline void fail_pages(enum model_access access, uint64_t first,
                              uint64_t last)
{
    for (uint64_t page = first; page <= last; page++) {
        faults[machine.fault_count++] =
            (struct model_fault){.access = access, .value = page};
    }
}

static inline int end_machine(void **state)
{
    (void)state;
    model_end(model);
    model = NULL;
    return 0;
}

// The order's answer is this text.
static inline void check_order(const char *word, const char *expected)
{
    struct buffer out = {0};

    if (!model_order(model, word, &out)) {
        fail_msg("%s is no order", word);
    }
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

// Orders, separated by blanks, whose answers do not matter; none is refused.
static inline void run_orders(const char *script)
{
    char words[512];
    char *rest = NULL;

    snprintf(words, sizeof words, "%s", script);
    for (char *word = strtok_r(words, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        struct buffer out = {0};

        if (!model_order(model, word, &out) ||
            strncmp(buffer_string(&out), "order", 5) != 0) {
            fail_msg("%s: %s", word, buffer_string(&out));
        }
        buffer_free(&out);
    }
}

static inline uint64_t number(unsigned which)
{
    struct model_numbers numbers;

    model_numbers(model, &numbers);
    return numbers.value[which];
}

// Numbers in bytes are compared in pages.
static inline void check_number(unsigned which, uint64_t expected)
{
    const bool is_count =
        which == MODEL_MAJOR_FAULTS || which == MODEL_MINOR_FAULTS ||
        (which >= MODEL_HTLB_PGALLOC && which <= MODEL_ALLOC_STALLS);
    const uint64_t found = number(which) / (is_count ? 1 : PAGE);

    if (found != expected) {
        fail_msg("%s is %" PRIu64 ", not %" PRIu64, model_key(which), found,
                 expected);
    }
}

#endif
