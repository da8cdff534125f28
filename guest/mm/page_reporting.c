// SPDX-License-Identifier: MIT
// The set of reported frames. A frame leaves it when it becomes free again
// (frames.c). Pure.
#include "mm/page_reporting.h"

#include "base/panic.h"
#include "mm/bits.h"

void page_reporting_start(struct page_reporting *reporting,
                          struct frames *frames, void *memory)
{
    *reporting = (struct page_reporting){.frames = frames};
    frame_set_start(&reporting->reported, memory, frames->set.count);
    frames->reported = &reporting->reported;
    frames->dirty = true;
}

static void take(struct page_reporting *reporting, uint64_t first,
                 uint64_t count, struct page_run *run)
{
    frames_alloc_these(reporting->frames, first, count);
    *run = (struct page_run){(uint32_t)first, (uint32_t)count};
    reporting->in_flight += count;
}

// The highest wholly free block that is not reported completely.
static bool pick_block(struct page_reporting *reporting, struct page_run *run)
{
    const struct frame_set *free = &reporting->frames->set;
    uint64_t block = frame_set_highest(free, BLOCK_WHOLE, NO_BLOCK);

    while (block != NO_BLOCK) {
        const uint64_t end = (block + 1) * FRAMES_BLOCK;
        const uint64_t known =
            frame_set_run_down(&reporting->reported, end - 1, end);

        if (known < FRAMES_BLOCK) {
            take(reporting, block * FRAMES_BLOCK, FRAMES_BLOCK, run);
            return true;
        }
        const uint64_t rest = end - known;

        block = frame_set_highest(free, BLOCK_WHOLE,
                                  round_up(rest, FRAMES_BLOCK) / FRAMES_BLOCK);
    }
    return false;
}

// The first long enough run of free, unreported frames in a block.
static bool pick_in(struct page_reporting *reporting, uint64_t block,
                    struct page_run *run)
{
    uint64_t words[BLOCK_WORDS];
    uint64_t reported[BLOCK_WORDS];
    uint64_t count = 0;

    frame_set_block(&reporting->frames->set, block, words);
    frame_set_block(&reporting->reported, block, reported);
    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        words[i] &= ~reported[i];
    }
    for (uint64_t at = 0; at < FRAMES_BLOCK; at += count) {
        at = bits_next(words, at, FRAMES_BLOCK);
        count = bits_run(words, at, FRAMES_BLOCK - at);
        if (count >= PAGE_REPORTING_LEAST) {
            take(reporting, block * FRAMES_BLOCK + at, count, run);
            return true;
        }
    }
    return false;
}

// Called when all wholly free blocks are reported.
static bool pick_run(struct page_reporting *reporting, struct page_run *run)
{
    const struct frame_set *free = &reporting->frames->set;
    uint64_t block = frame_set_lowest(free, BLOCK_PART, 0);

    while (block != NO_BLOCK && !pick_in(reporting, block, run)) {
        block = frame_set_lowest(free, BLOCK_PART, block + 1);
    }
    return block != NO_BLOCK;
}

bool page_reporting_pick(struct page_reporting *reporting, struct page_run *run)
{
    if (!reporting->frames->dirty) {
        return false;
    }
    reporting->frames->dirty =
        pick_block(reporting, run) || pick_run(reporting, run);
    return reporting->frames->dirty;
}

void page_reporting_done(struct page_reporting *reporting, struct page_run run,
                         bool acknowledged)
{
    struct frames *frames = reporting->frames;
    const bool dirty = frames->dirty;

    assert_that(run.count <= reporting->in_flight, "a report not in flight");
    reporting->in_flight -= run.count;
    frames_free(frames, page_run_start(run), run.count);
    if (acknowledged) {
        (void)frame_set_add(&reporting->reported, run.first, run.count);
        frames->dirty = dirty;
    }
}
