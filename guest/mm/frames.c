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

void frames_add(struct frames *frames, paddr start, uint64_t bytes)
{
    frames->managed += bytes / PAGE_SIZE;
    mark_free(frames, start.value / PAGE_SIZE, bytes / PAGE_SIZE);
}

enum error frames_alloc(struct frames *frames, paddr *frame)
{
    return frames_alloc_run(frames, 1, frame);
}

enum error frames_alloc_run(struct frames *frames, uint64_t count, paddr *start)
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

void frames_alloc_these(struct frames *frames, uint64_t first, uint64_t count)
{
    mark_taken(frames, first, count);
}

void frames_free(struct frames *frames, paddr start, uint64_t count)
{
    mark_free(frames, start.value / PAGE_SIZE, count);
}
