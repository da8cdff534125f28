// SPDX-License-Identifier: MIT
// Which free frames the host knows of: a bit for each, cleared whenever a
// frame becomes free (frames.c). Pure.
#include "mm/reports.h"

#include "base/panic.h"
#include "mm/bits.h"

#include <string.h>

#define BLOCK_WORDS (FRAMES_BLOCK / 64)

void reports_forget(struct reports *reports)
{
    struct frames *frames = reports->frames;

    memset(frames->told_bits, 0, frames_bytes(frames->count));
    frames->news = true;
}

void reports_start(struct reports *reports, struct frames *frames,
                   uint64_t *bits)
{
    frames->told_bits = bits;
    *reports = (struct reports){.frames = frames};
    reports_forget(reports);
}

// How many frames from this one on are free and unknown to the host.
static uint64_t unknown_run(const struct frames *frames, uint64_t first,
                            uint64_t end)
{
    uint64_t count = 0;

    while (first + count < end) {
        const uint64_t at = first + count;
        const uint64_t most = round_down(at, 64) + 64 - at;
        const uint64_t word =
            frames->free_bits[at / 64] & ~frames->told_bits[at / 64];
        const uint64_t run =
            bits_run(&word, at % 64, most < end - at ? most : end - at);

        count += run;
        if (run < most) {
            break;
        }
    }
    return count;
}

static void take(struct reports *reports, uint64_t first, uint64_t count,
                 struct frame_run *run)
{
    frames_take_these(reports->frames, first, count);
    *run = (struct frame_run){paddr_of(first * PAGE_SIZE), count};
    reports->away += count;
}

// A wholly free block of which the host does not know everything.
static bool choose_block(struct reports *reports, struct frame_run *run)
{
    const struct frames *frames = reports->frames;

    for (uint64_t block = frames->block_above; block-- > 0;) {
        const uint64_t first = block * FRAMES_BLOCK;
        const uint64_t *told = frames->told_bits + block * BLOCK_WORDS;

        if (frames_block_is_free(frames, block) &&
            bits_run(told, 0, FRAMES_BLOCK) < FRAMES_BLOCK) {
            take(reports, first, FRAMES_BLOCK, run);
            return true;
        }
    }
    return false;
}

static bool choose_run(struct reports *reports, struct frame_run *run)
{
    const struct frames *frames = reports->frames;
    uint64_t at = frames->lowest;

    while (at < frames->above) {
        const uint64_t border = round_down(at, FRAMES_BLOCK) + FRAMES_BLOCK;
        const uint64_t end = border < frames->above ? border : frames->above;
        const uint64_t count = unknown_run(frames, at, end);

        if (count >= REPORTS_LEAST) {
            take(reports, at, count, run);
            return true;
        }
        at += count > 0 ? count : 1;
    }
    return false;
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
        bits_set(frames->told_bits, run.start.value / PAGE_SIZE, run.count);
        frames->news = news;
        reports->told += run.count;
    }
}
