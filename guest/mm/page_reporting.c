// SPDX-License-Identifier: MIT
// The set of reported frames. A frame leaves it when it becomes free again
// (frames.c). Pure.
#include "mm/page_reporting.h"

#include "base/panic.h"
#include "mm/bits.h"

void reports_start(struct reports *reports, struct frames *frames, void *memory)
{
    *reports = (struct reports){.frames = frames};
    frame_set_start(&reports->told, memory, frames->set.count);
    frames->told = &reports->told;
    frames->news = true;
}

static void take(struct reports *reports, uint64_t first, uint64_t count,
                 struct frame_run *run)
{
    frames_take_these(reports->frames, first, count);
    *run = (struct frame_run){paddr_of(first * PAGE_SIZE), count};
    reports->away += count;
}

// The highest wholly free block that is not reported completely.
static bool choose_block(struct reports *reports, struct frame_run *run)
{
    const struct frame_set *free = &reports->frames->set;
    uint64_t block = frame_set_highest(free, BLOCK_WHOLE, NO_BLOCK);

    while (block != NO_BLOCK) {
        const uint64_t end = (block + 1) * FRAMES_BLOCK;
        const uint64_t known = frame_set_run_down(&reports->told, end - 1, end);

        if (known < FRAMES_BLOCK) {
            take(reports, block * FRAMES_BLOCK, FRAMES_BLOCK, run);
            return true;
        }
        const uint64_t rest = end - known;

        block = frame_set_highest(free, BLOCK_WHOLE,
                                  round_up(rest, FRAMES_BLOCK) / FRAMES_BLOCK);
    }
    return false;
}

// The first long enough run of free, unreported frames in a block.
static bool choose_in(struct reports *reports, uint64_t block,
                      struct frame_run *run)
{
    uint64_t words[BLOCK_WORDS];
    uint64_t told[BLOCK_WORDS];
    uint64_t count = 0;

    frame_set_block(&reports->frames->set, block, words);
    frame_set_block(&reports->told, block, told);
    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        words[i] &= ~told[i];
    }
    for (uint64_t at = 0; at < FRAMES_BLOCK; at += count) {
        at = bits_next(words, at, FRAMES_BLOCK);
        count = bits_run(words, at, FRAMES_BLOCK - at);
        if (count >= REPORTS_LEAST) {
            take(reports, block * FRAMES_BLOCK + at, count, run);
            return true;
        }
    }
    return false;
}

// Called when all wholly free blocks are reported.
static bool choose_run(struct reports *reports, struct frame_run *run)
{
    const struct frame_set *free = &reports->frames->set;
    uint64_t block = frame_set_lowest(free, BLOCK_PART, 0);

    while (block != NO_BLOCK && !choose_in(reports, block, run)) {
        block = frame_set_lowest(free, BLOCK_PART, block + 1);
    }
    return block != NO_BLOCK;
}

bool reports_choose(struct reports *reports, struct frame_run *run)
{
    if (!reports->frames->news) {
        return false;
    }
    reports->frames->news =
        choose_block(reports, run) || choose_run(reports, run);
    return reports->frames->news;
}

void reports_finish(struct reports *reports, struct frame_run run, bool told)
{
    struct frames *frames = reports->frames;
    const bool news = frames->news;

    assert_that(run.count <= reports->away, "a report that never was");
    reports->away -= run.count;
    frames_return(frames, run.start, run.count);
    if (told) {
        (void)frame_set_add(&reports->told, run.start.value / PAGE_SIZE,
                            run.count);
        frames->news = news;
        reports->reported += run.count;
    }
}
