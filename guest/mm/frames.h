// SPDX-License-Identifier: MIT
// The frame allocator: which 4 KiB frames of the physical address space, up to
// the end of RAM, are free. Pure: it never touches the frames themselves.
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "base/error.h"
#include "base/types.h"
#include "mm/frame_set.h"

struct frames {
    struct frame_set set;   // the free ones; others are in use, or not ours
    struct frame_set *told; // reports.h: in it and free: the host knows; NULL:
                            // nobody is told
    bool news;              // frames have become free
    uint64_t managed;       // frames ever given, in use or not
    uint64_t free;
    uint64_t lowest; // no free frame lies below this one
};

// memory: frame_set_bytes(count) bytes. Nothing is free.
void frames_start(struct frames *frames, void *memory, uint64_t count);

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

// Gives taken frames back. Stops the machine for one that is free already, and
// for more than were taken; one that was never given looks like a taken one.
void frames_return(struct frames *frames, paddr start, uint64_t count);

#endif
