// SPDX-License-Identifier: MIT
// The frame allocator's bits. Lowest first: what is in use stays together, so
// large blocks stay whole above it.
#include "mm/frames.h"

#include "base/panic.h"

#include <string.h>

static bool is_free(const struct frames *frames, uint64_t frame)
{
    return frames->free_bits[frame / 64] >> (frame % 64) & 1;
}

static void mark_free(struct frames *frames, uint64_t frame)
{
    assert_that(frame < frames->count && !is_free(frames, frame) &&
                    frames->free < frames->managed,
                "a frame given back twice, or never ours");
    frames->free_bits[frame / 64] |= 1ull << (frame % 64);
    frames->free++;
    if (frame < frames->lowest) {
        frames->lowest = frame;
    }
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
    if (count > 0 && frame < frames->lowest) {
        frames->lowest = frame;
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

void frames_return(struct frames *frames, paddr start, uint64_t count)
{
    uint64_t first = start.value / PAGE_SIZE;

    for (uint64_t i = 0; i < count; i++) {
        mark_free(frames, first + i);
    }
}
