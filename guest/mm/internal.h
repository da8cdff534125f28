// SPDX-License-Identifier: MIT
// Declarations that are private to the files of mm.
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm/frames.h"

extern struct frames mm_frames;

// Of `free` frames, those beyond the reservations and the mark.
static inline uint64_t mm_spare(uint64_t free, uint64_t mark)
{
    const uint64_t kept = mm_frames.reserved + mark;

    return free > kept ? free - kept : 0;
}

// The sets: free, ballooned, hinted and reported frames. All but the first lie
// one after the other at `memory`.
#define FRAME_SETS 4u
void balloon_frames_start(char *memory);

// Frames that the statistics count as free: the free ones, those in reports in
// flight, and hinted frames with those in flight.
uint64_t balloon_frames_counted_free(void);

// Frames to keep for the balloon's target, which the guest's own requests leave
// free: pages still to be inflated, unless DEFLATE_ON_OOM gives them back.
uint64_t balloon_frames_demanded(void);

// Frames that the statistics do not count in the total: ballooned ones and
// those in flight, unless DEFLATE_ON_OOM makes them available.
uint64_t balloon_frames_away(void);

// Awaits frames that return to the free ones (room.h, `relieve`), if fewer than
// these are free. False: none were awaited, or too few came.
bool mm_await_frames(uint64_t frames);

// Installs the page fault handler.
void vm_area_start(void);

// Page faults served since the start.
uint64_t vm_area_faults(void);

#endif
