// SPDX-License-Identifier: MIT
// Frames that the host has, a bit for each. Pure.
#include "mm/loans.h"

#include "base/panic.h"
#include "mm/bits.h"

#include <string.h>

#define BLOCK_WORDS (FRAMES_BLOCK / 64)

void loans_start(struct loans *loans, struct frames *frames, uint64_t *bits)
{
    memset(bits, 0, frames_bytes(frames->count));
    *loans = (struct loans){
        .frames = frames, .lent_bits = bits, .lowest = frames->count};
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

    assert_that(!bits_any(loans->lent_bits, first, run.count) &&
                    !bits_any(loans->frames->free_bits, first, run.count),
                "a frame lent twice, or while free");
    bits_set(loans->lent_bits, first, run.count);
    loans->lent += run.count;
    if (first < loans->lowest) {
        loans->lowest = first;
    }
}

// What a block's frames are, as far as recalling them goes.
enum block_kind {
    NONE_LENT,
    WHOLLY_LENT,
    REST_IS_FREE, // some are lent, all others free
    REST_IS_USED,
};

static enum block_kind kind_of(const struct loans *loans, uint64_t block)
{
    const uint64_t words = frames_bytes(loans->frames->count) / 8;
    const uint64_t first = block * BLOCK_WORDS;
    uint64_t any = 0;
    uint64_t all = UINT64_MAX;
    uint64_t lent_or_free = UINT64_MAX;

    for (uint64_t i = first; i < first + BLOCK_WORDS; i++) {
        const uint64_t lent = i < words ? loans->lent_bits[i] : 0;
        const uint64_t free = i < words ? loans->frames->free_bits[i] : 0;

        any |= lent;
        all &= lent;
        lent_or_free &= lent | free;
    }
    if (any == 0) {
        return NONE_LENT;
    }
    if (all == UINT64_MAX) {
        return WHOLLY_LENT;
    }
    return lent_or_free == UINT64_MAX ? REST_IS_FREE : REST_IS_USED;
}

// The lowest block of the most wanted kind. False: nothing is lent.
static bool find_block(struct loans *loans, bool whole, uint64_t *found)
{
    static const unsigned wish_whole[] = {
        [NONE_LENT] = 0,
        [WHOLLY_LENT] = 3,
        [REST_IS_FREE] = 2,
        [REST_IS_USED] = 1,
    };
    static const unsigned wish_pieces[] = {
        [NONE_LENT] = 0,
        [WHOLLY_LENT] = 1,
        [REST_IS_FREE] = 3,
        [REST_IS_USED] = 2,
    };
    const unsigned *wish = whole ? wish_whole : wish_pieces;
    const uint64_t end = loans->frames->count;
    unsigned best = 0;

    for (uint64_t block = loans->lowest / FRAMES_BLOCK;
         block * FRAMES_BLOCK < end && best < 3; block++) {
        const unsigned rank = wish[kind_of(loans, block)];

        if (best == 0) {
            loans->lowest = block * FRAMES_BLOCK;
        }
        if (rank > best) {
            best = rank;
            *found = block;
        }
    }
    return best > 0;
}

bool loans_recall(struct loans *loans, uint64_t most, struct frame_run *run)
{
    uint64_t block = 0;

    if (!find_block(loans, most >= FRAMES_BLOCK, &block)) {
        return false;
    }
    uint64_t frame = block * FRAMES_BLOCK;
    const uint64_t end = frame + FRAMES_BLOCK;

    while (!bit_at(loans->lent_bits, frame)) {
        frame++;
    }
    run->start = paddr_of(frame * PAGE_SIZE);
    run->count = bits_run(loans->lent_bits, frame,
                          most < end - frame ? most : end - frame);
    bits_clear(loans->lent_bits, frame, run->count);
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
