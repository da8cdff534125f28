// SPDX-License-Identifier: MIT
// The frame allocator's choices. Lowest first: frames in use stay together, so
// the blocks above them stay whole.
#include "mm/frames.h"

#include "base/panic.h"

static void mark_free(struct frames *frames, uint64_t first, uint64_t count)
{
    const bool possible = count <= frames->managed - frames->free &&
                          first + count <= frames->set.count;

    const bool were_taken =
        possible && frame_set_add(&frames->set, first, count);

    assert_that(were_taken, "frames returned twice, or never managed");
    if (count > 0) {
        frames->free += count;
        frames->dirty = true;
        if (first < frames->lowest) {
            frames->lowest = first;
        }
        if (frames->reported) {
            (void)frame_set_remove(frames->reported, first, count);
        }
    }
}

static void mark_taken(struct frames *frames, uint64_t first, uint64_t count)
{
    const bool were_free = frame_set_remove(&frames->set, first, count);

    assert_that(were_free, "frames taken that are not free");
    frames->free -= count;
}

void frames_start(struct frames *frames, void *memory, uint64_t count)
{
    *frames = (struct frames){.lowest = count};
    frame_set_start(&frames->set, memory, count);
}

void frames_give(struct frames *frames, paddr start, uint64_t bytes)
{
    frames->managed += bytes / PAGE_SIZE;
    mark_free(frames, start.value / PAGE_SIZE, bytes / PAGE_SIZE);
}

enum error frames_take(struct frames *frames, paddr *frame)
{
    return frames_take_run(frames, 1, frame);
}

enum error frames_take_run(struct frames *frames, uint64_t count, paddr *start)
{
    const struct frame_set *set = &frames->set;
    uint64_t first = frame_set_next(set, frames->lowest);

    frames->lowest = first;
    while (first < set->count) {
        const uint64_t length =
            count == 1 ? 1 : frame_set_run(set, first, count);

        if (length == count) {
            mark_taken(frames, first, count);
            if (first == frames->lowest) {
                frames->lowest = first + count;
            }
            *start = paddr_of(first * PAGE_SIZE);
            return OK;
        }
        first = frame_set_next(set, first + length);
    }
    return ERR_NO_MEMORY;
}

// The highest free frame of a block that has at least one.
static uint64_t last_of(const struct frame_set *set, uint64_t block)
{
    uint64_t words[BLOCK_WORDS];
    unsigned i = BLOCK_WORDS - 1;

    frame_set_block(set, block, words);
    while (i > 0 && words[i] == 0) {
        i--;
    }
    return block * FRAMES_BLOCK + i * UINT64_C(64) + 63 -
           (uint64_t)__builtin_clzll(words[i]);
}

uint64_t frames_take_high(struct frames *frames, uint64_t most, uint64_t *first)
{
    const struct frame_set *set = &frames->set;
    const uint64_t whole = frame_set_highest(set, BLOCK_WHOLE, NO_BLOCK);
    const uint64_t part = frame_set_highest(set, BLOCK_PART, NO_BLOCK);
    uint64_t last;

    if (whole != NO_BLOCK && (most >= FRAMES_BLOCK || part == NO_BLOCK)) {
        last = whole * FRAMES_BLOCK + FRAMES_BLOCK - 1;
    } else if (part != NO_BLOCK) {
        last = last_of(set, part);
    } else {
        return 0;
    }
    const uint64_t room = last % FRAMES_BLOCK + 1;
    const uint64_t count =
        frame_set_run_down(set, last, most < room ? most : room);

    *first = last - count + 1;
    mark_taken(frames, *first, count);
    return count;
}

void frames_take_these(struct frames *frames, uint64_t first, uint64_t count)
{
    mark_taken(frames, first, count);
}

void frames_return(struct frames *frames, paddr start, uint64_t count)
{
    mark_free(frames, start.value / PAGE_SIZE, count);
}
