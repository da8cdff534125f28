// SPDX-License-Identifier: MIT
// The frame allocator: one bit for each 4 KiB frame of the physical address
// space up to the end of RAM. Pure: it never touches the frames themselves.
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "base/error.h"
#include "base/types.h"

struct frames {
    uint64_t *free_bits; // 1: free. 0: in use, or not ours at all
    uint64_t *told_bits; // reports.h: 1 and free: the host knows; NULL: nobody
                         // is told
    bool news;           // frames have become free
    uint64_t count;      // frames that the bits cover, from address 0 on
    uint64_t managed;    // frames ever given, in use or not
    uint64_t free;
    uint64_t lowest;      // no free frame lies below this one
    uint64_t above;       // nor at this one or above it
    uint64_t block_above; // no block at this number or above is wholly free
};

// Frames of the largest page that hosts and page tables know: 2 MiB, aligned.
#define FRAMES_BLOCK 512u

// Bytes of memory that the bits take for so many frames.
static inline size_t frames_bytes(uint64_t count)
{
    return (size_t)(round_up(count, 64) / 8);
}

// bits: frames_bytes(count) bytes, which are overwritten. Nothing is free.
void frames_start(struct frames *frames, uint64_t *bits, uint64_t count);

// Frames that become ours to manage, and free. Both page-aligned, in bytes.
void frames_give(struct frames *frames, paddr start, uint64_t bytes);

// Takes the lowest free frame, or the lowest run of so many frames.
// ERR_NO_MEMORY when there is none. Contents are whatever they were.
MUST_USE enum error frames_take(struct frames *frames, paddr *frame);
MUST_USE enum error frames_take_run(struct frames *frames, uint64_t count,
                                    paddr *start);

// Takes frames from the other end, for somebody who wants few and large pieces
// or what is left of them: the highest wholly free block if `most` allows it,
// else the highest run inside a block that is in use already, else the upper
// end of a wholly free one; at most `most` frames, never across a block's
// border. Says how many; 0: none is free.
uint64_t frames_take_high(struct frames *frames, uint64_t most, paddr *start);

// Takes these, all of which are free.
void frames_take_these(struct frames *frames, uint64_t first, uint64_t count);

bool frames_block_is_free(const struct frames *frames, uint64_t block);

// Gives taken frames back. Stops the machine for one that is free already, and
// for more than were taken; one that was never given looks like a taken one.
void frames_return(struct frames *frames, paddr start, uint64_t count);

#endif
