// SPDX-License-Identifier: MIT
// Frames in the balloon, and the order in which they are deflated. Pure.
#include "mm/device_frames.h"

#include "base/panic.h"

void loans_start(struct loans *loans, struct frames *frames, void *memory)
{
    *loans = (struct loans){.frames = frames};
    frame_set_start(&loans->set, memory, frames->set.count);
}

bool loans_choose(struct loans *loans, uint64_t most, struct frame_run *run)
{
    run->count = frames_take_high(loans->frames, most, &run->start);
    loans->away += run->count;
    return run->count > 0;
}

void loans_confirm(struct loans *loans, struct frame_run run)
{
    const uint64_t first = run.start.value / PAGE_SIZE;
    const bool free =
        frame_set_next(&loans->frames->set, first) < first + run.count;
    const bool fresh = frame_set_add(&loans->set, first, run.count);

    assert_that(fresh && !free, "a frame lent twice, or while free");
    loans->lent += run.count;
}

// Whether all frames of a block that are not ballooned are free.
static bool rest_is_free(const struct loans *loans, uint64_t block)
{
    uint64_t lent[BLOCK_WORDS];
    uint64_t free[BLOCK_WORDS];
    uint64_t both = UINT64_MAX;

    frame_set_block(&loans->set, block, lent);
    frame_set_block(&loans->frames->set, block, free);
    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        both &= lent[i] | free[i];
    }
    return both == UINT64_MAX;
}

// The lowest block that becomes wholly free if its ballooned frames are
// deflated.
static uint64_t lowest_to_mend(const struct loans *loans)
{
    uint64_t block = frame_set_lowest(&loans->set, BLOCK_PART, 0);

    while (block != NO_BLOCK && !rest_is_free(loans, block)) {
        block = frame_set_lowest(&loans->set, BLOCK_PART, block + 1);
    }
    return block;
}

// The block to deflate from, in the order that loans_recall documents.
static uint64_t find_block(const struct loans *loans, uint64_t most)
{
    const uint64_t whole = frame_set_lowest(&loans->set, BLOCK_WHOLE, 0);
    const uint64_t part = frame_set_lowest(&loans->set, BLOCK_PART, 0);

    if (part == NO_BLOCK || (whole != NO_BLOCK && most >= FRAMES_BLOCK)) {
        return whole;
    }
    const uint64_t mend = lowest_to_mend(loans);

    return mend != NO_BLOCK ? mend : part;
}

bool loans_recall(struct loans *loans, uint64_t most, struct frame_run *run)
{
    const uint64_t block = find_block(loans, most);

    if (block == NO_BLOCK) {
        return false;
    }
    const uint64_t end = (block + 1) * FRAMES_BLOCK;
    const uint64_t first = frame_set_next(&loans->set, block * FRAMES_BLOCK);

    run->start = paddr_of(first * PAGE_SIZE);
    run->count = frame_set_run(&loans->set, first,
                               most < end - first ? most : end - first);
    (void)frame_set_remove(&loans->set, first, run->count);
    loans->lent -= run->count;
    return true;
}

void loans_take_back(struct loans *loans, struct frame_run run)
{
    assert_that(run.count <= loans->away - loans->lent,
                "more frames come back than are on their way");
    loans->away -= run.count;
    frames_return(loans->frames, run.start, run.count);
}
