// SPDX-License-Identifier: MIT
// The frame allocator's bits. Lowest first: what is in use stays together, so
// large blocks stay whole above it.
#include "mm/frames.h"

#include "base/panic.h"

#include <string.h>

#define BLOCK_WORDS (FRAMES_BLOCK / 64)

static bool is_free(const struct frames *frames, uint64_t frame)
{
    return frames->free_bits[frame / 64] >> (frame % 64) & 1;
}

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

static void mark_free(struct frames *frames, uint64_t frame)
{
    assert_that(frame < frames->count && !is_free(frames, frame) &&
                    frames->free < frames->managed,
                "a frame given back twice, or never ours");
    frames->free_bits[frame / 64] |= 1ull << (frame % 64);
    frames->free++;
    widen(frames, frame, frame + 1);
}

static void mark_taken(struct frames *frames, uint64_t frame)
{
    frames->free_bits[frame / 64] &= ~(1ull << (frame % 64));
    frames->free--;
}

void frames_start(struct frames *frames, uint64_t *bits, uint64_t count)
{
    memset(bits, 0, frames_bytes(count));
    *frames =
        (struct frames){.free_bits = bits, .count = count, .lowest = count};
}

// Words of 64 frames at once: many GiB are given at each boot.
static void mark_words_free(struct frames *frames, uint64_t frame, uint64_t end)
{
    uint64_t *words = frames->free_bits + frame / 64;
    uint64_t count = (end - frame) / 64;

    for (uint64_t i = 0; i < count; i++) {
        assert_that(words[i] == 0, "frames given twice");
    }
    memset(words, 0xff, count * sizeof *words);
    frames->free += count * 64;
    if (count > 0) {
        widen(frames, frame, frame + count * 64);
    }
}

void frames_give(struct frames *frames, paddr start, uint64_t bytes)
{
    uint64_t frame = start.value / PAGE_SIZE;
    uint64_t end = frame + bytes / PAGE_SIZE;
    uint64_t whole_end = round_down(end, 64);

    assert_that(end <= frames->count, "frames beyond the bits");
    frames->managed += end - frame;
    for (; frame < end && frame % 64 != 0; frame++) {
        mark_free(frames, frame);
    }
    if (frame < whole_end) {
        mark_words_free(frames, frame, whole_end);
        frame = whole_end;
    }
    for (; frame < end; frame++) {
        mark_free(frames, frame);
    }
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

static uint64_t run_length(const struct frames *frames, uint64_t first,
                           uint64_t enough)
{
    uint64_t length = 0;

    while (length < enough && first + length < frames->count &&
           is_free(frames, first + length)) {
        length++;
    }
    return length;
}

enum error frames_take_run(struct frames *frames, uint64_t count, paddr *start)
{
    uint64_t first = next_free(frames, frames->lowest);

    frames->lowest = first;
    while (first < frames->count) {
        uint64_t length = run_length(frames, first, count);

        if (length == count) {
            for (uint64_t i = 0; i < count; i++) {
                mark_taken(frames, first + i);
            }
            *start = paddr_of(first * PAGE_SIZE);
            return OK;
        }
        first = next_free(frames, first + length);
    }
    return ERR_NO_MEMORY;
}

static bool wholly_free(const struct frames *frames, uint64_t block)
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
        if (wholly_free(frames, *block)) {
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

        if (!wholly_free(frames, block)) {
            return true;
        }
        end = block * FRAMES_BLOCK;
    }
    return false;
}

uint64_t frames_take_high(struct frames *frames, uint64_t most, paddr *start)
{
    uint64_t block = 0;
    uint64_t last = 0;
    uint64_t count = 0;
    const bool have_block = find_block(frames, &block);

    if (have_block && most >= FRAMES_BLOCK) {
        last = block * FRAMES_BLOCK + FRAMES_BLOCK - 1;
    } else if (!find_scattered(frames, &last)) {
        if (!have_block) {
            return 0;
        }
        last = block * FRAMES_BLOCK + FRAMES_BLOCK - 1;
    }
    do {
        mark_taken(frames, last - count);
        count++;
    } while (count < most && (last - count + 1) % FRAMES_BLOCK != 0 &&
             is_free(frames, last - count));
    *start = paddr_of((last - count + 1) * PAGE_SIZE);
    return count;
}

void frames_return(struct frames *frames, paddr start, uint64_t count)
{
    uint64_t first = start.value / PAGE_SIZE;

    for (uint64_t i = 0; i < count; i++) {
        mark_free(frames, first + i);
    }
}
