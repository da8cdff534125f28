// SPDX-License-Identifier: MIT
// Sets as sorted runs: adding joins neighbours, removing cuts a run in two.
#include "model/runs.h"

#include <assert.h>

static uint64_t block_of(uint64_t number)
{
    return number / RUNS_BLOCK * RUNS_BLOCK;
}

static uint64_t block_from(uint64_t number)
{
    return block_of(number + RUNS_BLOCK - 1);
}

static uint64_t end_of(const struct sorted_entry *run)
{
    return run->key + run->place;
}

// The last run that begins at or before the number.
static struct sorted_entry *run_at(const struct runs *runs, uint64_t number)
{
    return sorted_before(&runs->list, number + 1);
}

void runs_add(struct runs *runs, uint64_t first, uint64_t count)
{
    if (count == 0) {
        return;
    }
    struct sorted_entry *before = run_at(runs, first);
    const struct sorted_entry *behind = sorted_from(&runs->list, first);

    assert(!before || end_of(before) <= first);
    assert(!behind || first + count <= behind->key);
    runs->count += count;
    if (behind && behind->key == first + count) {
        count += behind->place;
        sorted_remove(&runs->list, first + count - behind->place);
        before = run_at(runs, first);
    }
    if (before && end_of(before) == first) {
        before->place += count;
    } else {
        sorted_add(&runs->list, first, count, 0);
    }
}

void runs_remove(struct runs *runs, uint64_t first, uint64_t count)
{
    if (count == 0) {
        return;
    }
    struct sorted_entry *run = run_at(runs, first);

    assert(run && first + count <= end_of(run));
    const uint64_t end = end_of(run);

    run->place = first - run->key;
    if (run->place == 0) {
        sorted_remove(&runs->list, first);
    }
    if (first + count < end) {
        sorted_add(&runs->list, first + count, end - first - count, 0);
    }
    runs->count -= count;
}

uint64_t runs_take_lowest(struct runs *runs)
{
    assert(runs->count > 0);
    struct sorted_entry *run = sorted_from(&runs->list, 0);
    const uint64_t lowest = run->key;

    // The run keeps its place in the list: nothing lies before it.
    run->key++;
    run->place--;
    runs->count--;
    if (run->place == 0) {
        sorted_remove(&runs->list, run->key);
    }
    return lowest;
}

uint64_t runs_next(const struct runs *runs, uint64_t number)
{
    const struct sorted_entry *run = run_at(runs, number);

    return run && end_of(run) > number ? number
                                       : sorted_from(&runs->list, number)->key;
}

bool runs_highest_block(const struct runs *runs, uint64_t *first)
{
    const struct sorted_entry *run = sorted_before(&runs->list, UINT64_MAX);

    for (; run; run = sorted_before(&runs->list, run->key)) {
        const uint64_t end = block_of(end_of(run));

        if (end >= block_from(run->key) + RUNS_BLOCK) {
            *first = end - RUNS_BLOCK;
            return true;
        }
    }
    return false;
}

bool runs_lowest_block(const struct runs *runs, uint64_t *first)
{
    const struct sorted_entry *run = sorted_from(&runs->list, 0);

    for (; run; run = sorted_from(&runs->list, run->key + 1)) {
        if (block_from(run->key) + RUNS_BLOCK <= end_of(run)) {
            *first = block_from(run->key);
            return true;
        }
    }
    return false;
}

// A run is partly in a block at its ends only: first the upper one, then the
// lower one.
bool runs_highest_part(const struct runs *runs, uint64_t *number)
{
    const struct sorted_entry *run = sorted_before(&runs->list, UINT64_MAX);

    for (; run; run = sorted_before(&runs->list, run->key)) {
        const uint64_t end = end_of(run);

        if (end % RUNS_BLOCK != 0) {
            *number = end - 1;
            return true;
        }
        if (run->key % RUNS_BLOCK != 0) {
            *number = block_from(run->key) - 1;
            return true;
        }
    }
    return false;
}

bool runs_lowest_part(const struct runs *runs, uint64_t from, uint64_t *first)
{
    const struct sorted_entry *run = run_at(runs, from);

    if (!run || end_of(run) <= from) {
        run = sorted_from(&runs->list, from);
    }
    for (; run; run = sorted_from(&runs->list, run->key + 1)) {
        if (run->key % RUNS_BLOCK != 0 && block_of(run->key) >= from) {
            *first = block_of(run->key);
            return true;
        }
        if (end_of(run) % RUNS_BLOCK != 0) {
            *first = block_of(end_of(run));
            return true;
        }
    }
    return false;
}

uint64_t runs_in_block(const struct runs *runs, uint64_t first)
{
    const uint64_t end = first + RUNS_BLOCK;
    const struct sorted_entry *run = run_at(runs, first);
    uint64_t count = 0;

    if (!run) {
        run = sorted_from(&runs->list, first);
    }
    for (; run && run->key < end;
         run = sorted_from(&runs->list, run->key + 1)) {
        const uint64_t low = run->key > first ? run->key : first;
        const uint64_t high = end_of(run) < end ? end_of(run) : end;

        count += high > low ? high - low : 0;
    }
    return count;
}

void runs_clear(struct runs *runs)
{
    sorted_clear(&runs->list);
    runs->count = 0;
}
