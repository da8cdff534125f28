// SPDX-License-Identifier: MIT
// The frame allocator's bits. Lowest first: what is in use stays together, so
// large blocks stay whole above it.
#include "mm/frames.h"

#include "base/panic.h"
#include "mm/bits.h"

#include <string.h>

#define BLOCK_WORDS (FRAMES_BLOCK / 64)

// Free frames from `frame` up to `end` may lie outside what the hints bound.
static void widen(struct frames *frames, uint64_t frame, uint64_t end)
{
    if (frame < frames->lowest) {
        frames->lowest = frame;
    }
    if (end > frames->above) {
        frames->above = end;
    }
    if ((end - 1) / FRAMES_BLOCK >= frames->block_above) {
        frames->block_above = (end - 1) / FRAMES_BLOCK + 1;
    }
}

static void mark_free(struct frames *frames, uint64_t first, uint64_t count)
{
    assert_that(count <= frames->managed - frames->free &&
                    first + count <= frames->count &&
                    !bits_any(frames->free_bits, first, count),
                "frames given back twice, or never ours");
    if (count > 0) {
        bits_set(frames->free_bits, first, count);
        frames->free += count;
        widen(frames, first, first + count);
        frames->news = true;
        if (frames->told_bits) {
            bits_clear(frames->told_bits, first, count);
        }
    }
}

static void mark_taken(struct frames *frames, uint64_t first, uint64_t count)
{
    bits_clear(frames->free_bits, first, count);
    frames->free -= count;
}

void frames_start(struct frames *frames, uint64_t *bits, uint64_t count)
{
    memset(bits, 0, frames_bytes(count));
    *frames =
        (struct frames){.free_bits = bits, .count = count, .lowest = count};
}

void frames_give(struct frames *frames, paddr start, uint64_t bytes)
{
    frames->managed += bytes / PAGE_SIZE;
    mark_free(frames, start.value / PAGE_SIZE, bytes / PAGE_SIZE);
}

// The lowest free frame at or above one, or frames->count.
static uint64_t next_free(const struct frames *frames, uint64_t frame)
{
    while (frame < frames->count) {
        uint64_t bits = frames->free_bits[frame / 64] >> (frame % 64);

        if (bits) {
            return frame + (uint64_t)__builtin_ctzll(bits);
        }
        frame = round_down(frame, 64) + 64;
    }
    return frames->count;
}

enum error frames_take(struct frames *frames, paddr *frame)
{
    return frames_take_run(frames, 1, frame);
}

enum error frames_take_run(struct frames *frames, uint64_t count, paddr *start)
{
    uint64_t first = next_free(frames, frames->lowest);

    frames->lowest = first;
    while (first < frames->count) {
        uint64_t left = frames->count - first;
        uint64_t length =
            bits_run(frames->free_bits, first, count < left ? count : left);

        if (length == count) {
            mark_taken(frames, first, count);
            *start = paddr_of(first * PAGE_SIZE);
            return OK;
        }
        first = next_free(frames, first + length);
    }
    return ERR_NO_MEMORY;
}

bool frames_block_is_free(const struct frames *frames, uint64_t block)
{
    const uint64_t *words = frames->free_bits + block * BLOCK_WORDS;
    uint64_t bits = UINT64_MAX;

    if ((block + 1) * FRAMES_BLOCK > frames->count) {
        return false;
    }
    for (unsigned i = 0; i < BLOCK_WORDS && bits == UINT64_MAX; i++) {
        bits &= words[i];
    }
    return bits == UINT64_MAX;
}

// The highest wholly free block. False: there is none.
static bool find_block(struct frames *frames, uint64_t *block)
{
    while (frames->block_above > 0) {
        *block = frames->block_above - 1;
        if (frames_block_is_free(frames, *block)) {
            return true;
        }
        frames->block_above--;
    }
    return false;
}

// The highest free frame below `end`. False: there is none.
static bool find_highest(const struct frames *frames, uint64_t end,
                         uint64_t *frame)
{
    while (end > 0) {
        const uint64_t word = (end - 1) / 64;
        const uint64_t cut = UINT64_MAX >> (63 - (end - 1) % 64);
        const uint64_t bits = frames->free_bits[word] & cut;

        if (bits) {
            *frame = word * 64 + 63 - (uint64_t)__builtin_clzll(bits);
            return true;
        }
        end = word * 64;
    }
    return false;
}

// The highest free frame that is not in a wholly free block.
static bool find_scattered(struct frames *frames, uint64_t *frame)
{
    uint64_t end = frames->above;

    if (find_highest(frames, end, frame)) {
        frames->above = *frame + 1;
    }
    while (find_highest(frames, end, frame)) {
        const uint64_t block = *frame / FRAMES_BLOCK;

        if (!frames_block_is_free(frames, block)) {
            return true;
        }
        end = block * FRAMES_BLOCK;
    }
    return false;
}

// How many frames in a row are free, from the last one down to the border of
// its block.
static uint64_t run_below(const struct frames *frames, uint64_t last,
                          uint64_t most)
{
    const uint64_t room = last % FRAMES_BLOCK + 1;
    uint64_t count = 1;

    while (count < most && count < room &&
           bit_at(frames->free_bits, last - count)) {
        count++;
    }
    return count;
}

uint64_t frames_take_high(struct frames *frames, uint64_t most, paddr *start)
{
    uint64_t block = 0;
    uint64_t last = 0;
    uint64_t count = FRAMES_BLOCK;
    const bool have_block = find_block(frames, &block);

    if (have_block && most >= FRAMES_BLOCK) {
        last = block * FRAMES_BLOCK + FRAMES_BLOCK - 1;
    } else if (find_scattered(frames, &last)) {
        count = run_below(frames, last, most);
    } else if (have_block) {
        last = block * FRAMES_BLOCK + FRAMES_BLOCK - 1;
        count = most;
    } else {
        return 0;
    }
    mark_taken(frames, last - count + 1, count);
    *start = paddr_of((last - count + 1) * PAGE_SIZE);
    return count;
}

void frames_take_these(struct frames *frames, uint64_t first, uint64_t count)
{
    assert_that(bits_run(frames->free_bits, first, count) == count,
                "frames taken that are not free");
    mark_taken(frames, first, count);
}

void frames_return(struct frames *frames, paddr start, uint64_t count)
{
    mark_free(frames, start.value / PAGE_SIZE, count);
}
