// SPDX-License-Identifier: MIT
// A set of numbers (free frames, free slots, frames of the balloon) as a
// sorted list of runs, none beside another. Pure.
#ifndef MODEL_RUNS_H
#define MODEL_RUNS_H

#include <stdbool.h>

#include "model/sorted.h"

enum {
    RUNS_BLOCK = 512 // frames of a large page, which begins at a multiple
};

// A set with all bits zero is empty.
struct runs {
    struct sorted list; // key: the first number; place: how many
    uint64_t count;     // numbers in the set
};

// None of these may be in the set; all of these must be.
void runs_add(struct runs *runs, uint64_t first, uint64_t count);
void runs_remove(struct runs *runs, uint64_t first, uint64_t count);

// Removes the lowest number. The set must not be empty.
uint64_t runs_take_lowest(struct runs *runs);

// The first number of the set at or behind this one, which must exist.
uint64_t runs_next(const struct runs *runs, uint64_t number);

// The highest or lowest block that is wholly in the set, as its first number.
// False: there is none.
bool runs_highest_block(const struct runs *runs, uint64_t *first);
bool runs_lowest_block(const struct runs *runs, uint64_t *first);

// The highest number in a block that is partly in the set. False: there is no
// such block.
bool runs_highest_part(const struct runs *runs, uint64_t *number);
// The first number of the lowest block at or behind `from`, a multiple of
// RUNS_BLOCK, that is partly in the set.
bool runs_lowest_part(const struct runs *runs, uint64_t from, uint64_t *first);

// How many of the numbers of the block that begins at `first` are in the set.
uint64_t runs_in_block(const struct runs *runs, uint64_t first);

void runs_clear(struct runs *runs);

#endif
