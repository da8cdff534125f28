// SPDX-License-Identifier: MIT
// Frames that a device holds, and the order in which they are taken back. Pure.
#include "mm/device_frames.h"

#include "base/panic.h"

void device_frames_start(struct device_frames *device, struct frames *frames,
                         void *memory)
{
    *device = (struct device_frames){.frames = frames};
    frame_set_start(&device->set, memory, frames->set.count);
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

// The last of the free frames to pick, in the order that device_frames_pick
// documents. False: none is free.
static bool find_last(const struct frame_set *set, uint64_t most,
                      uint64_t *last)
{
    const uint64_t whole = frame_set_highest(set, BLOCK_WHOLE, NO_BLOCK);
    const uint64_t part = frame_set_highest(set, BLOCK_PART, NO_BLOCK);

    if (whole != NO_BLOCK && (most >= FRAMES_BLOCK || part == NO_BLOCK)) {
        *last = whole * FRAMES_BLOCK + FRAMES_BLOCK - 1;
    } else if (part != NO_BLOCK) {
        *last = last_of(set, part);
    } else {
        return false;
    }
    return true;
}

bool device_frames_pick(struct device_frames *device, uint64_t most,
                        struct page_run *run)
{
    const struct frame_set *set = &device->frames->set;
    uint64_t last = 0;

    *run = (struct page_run){0};
    if (!find_last(set, most, &last)) {
        return false;
    }
    const uint64_t room = last % FRAMES_BLOCK + 1;
    const uint64_t count =
        frame_set_run_down(set, last, most < room ? most : room);
    const uint64_t first = last - count + 1;

    frames_alloc_these(device->frames, first, count);
    device->away += count;
    *run = (struct page_run){(uint32_t)first, (uint32_t)count};
    return true;
}

void device_frames_done(struct device_frames *device, struct page_run run)
{
    const bool free = frame_set_next(&device->frames->set, run.first) <
                      (uint64_t)run.first + run.count;
    const bool fresh = frame_set_add(&device->set, run.first, run.count);

    assert_that(fresh && !free, "a frame given twice, or while free");
    device->held += run.count;
}

// Whether all frames of a block that are not held are free.
static bool rest_is_free(const struct device_frames *device, uint64_t block)
{
    uint64_t held[BLOCK_WORDS];
    uint64_t free[BLOCK_WORDS];
    uint64_t both = UINT64_MAX;

    frame_set_block(&device->set, block, held);
    frame_set_block(&device->frames->set, block, free);
    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        both &= held[i] | free[i];
    }
    return both == UINT64_MAX;
}

// The lowest block that becomes wholly free if its held frames are taken back.
static uint64_t lowest_to_complete(const struct device_frames *device)
{
    uint64_t block = frame_set_lowest(&device->set, BLOCK_PART, 0);

    while (block != NO_BLOCK && !rest_is_free(device, block)) {
        block = frame_set_lowest(&device->set, BLOCK_PART, block + 1);
    }
    return block;
}

// The block to deflate from, in the order that device_frames_pick_back
// documents.
static uint64_t find_block(const struct device_frames *device, uint64_t most)
{
    const uint64_t whole = frame_set_lowest(&device->set, BLOCK_WHOLE, 0);
    const uint64_t part = frame_set_lowest(&device->set, BLOCK_PART, 0);

    if (part == NO_BLOCK || (whole != NO_BLOCK && most >= FRAMES_BLOCK)) {
        return whole;
    }
    const uint64_t complete = lowest_to_complete(device);

    return complete != NO_BLOCK ? complete : part;
}

bool device_frames_pick_back(struct device_frames *device, uint64_t most,
                             struct page_run *run)
{
    const uint64_t block = find_block(device, most);

    if (block == NO_BLOCK) {
        return false;
    }
    const uint64_t end = (block + 1) * FRAMES_BLOCK;
    const uint64_t first = frame_set_next(&device->set, block * FRAMES_BLOCK);

    const uint64_t count = frame_set_run(
        &device->set, first, most < end - first ? most : end - first);

    *run = (struct page_run){(uint32_t)first, (uint32_t)count};
    (void)frame_set_remove(&device->set, first, count);
    device->held -= count;
    return true;
}

void device_frames_release(struct device_frames *device, struct page_run run)
{
    assert_that(run.count <= device->away - device->held,
                "more frames released than in flight");
    device->away -= run.count;
    frames_free(device->frames, page_run_start(run), run.count);
}
