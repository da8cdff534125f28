// SPDX-License-Identifier: MIT
// Frames in the balloon, and the choice of frames to inflate and deflate. No
// frame is in it twice. Pure: the frames are not accessed.
#ifndef MM_DEVICE_FRAMES_H
#define MM_DEVICE_FRAMES_H

#include "mm/frames.h"

// Consecutive frames inside one block of FRAMES_BLOCK.
struct frame_run {
    paddr start;
    uint64_t count;
};

//           choose                  confirm
//    free ----------> inflating -------------> ballooned (lent)
//      ^                  |                        | recall
//      |   take_back      |      take_back         v
//      +------------------+<------------------- deflating
struct loans {
    struct frames *frames;
    struct frame_set set; // ballooned frames
    uint64_t lent;        // their number
    uint64_t away;        // ballooned and in flight
};

// memory: frame_set_bytes(frames->set.count) bytes. The balloon is empty.
void loans_start(struct loans *loans, struct frames *frames, void *memory);

// Takes at most `most` free frames to inflate, from the top down: whole blocks
// first, since a host frees a huge page only as a whole; scattered frames last.
// False: none is free.
MUST_USE bool loans_choose(struct loans *loans, uint64_t most,
                           struct frame_run *run);
// The device has acknowledged the inflated frames.
void loans_confirm(struct loans *loans, struct frame_run run);

// Chooses at most `most` ballooned frames to deflate: a whole block if `most`
// allows it; else frames that make their block wholly free again; else frames
// of partly ballooned blocks; part of a wholly ballooned block last. False: the
// balloon is empty.
MUST_USE bool loans_recall(struct loans *loans, uint64_t most,
                           struct frame_run *run);
// Frees frames in flight: deflated ones, or ones to be inflated whose request a
// device reset has cancelled.
void loans_take_back(struct loans *loans, struct frame_run run);

#endif
