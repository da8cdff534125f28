// SPDX-License-Identifier: MIT
// Frames that the host has: the inside of the balloon. Which ones go, which
// ones come back, and none of them twice. Pure: the frames are not touched.
#ifndef MM_LOANS_H
#define MM_LOANS_H

#include "mm/frames.h"

// Frames in a row, inside one block of FRAMES_BLOCK.
struct frame_run {
    paddr start;
    uint64_t count;
};

//           choose               confirm
//    free ----------> on the way ----------> lent
//      ^                  |                    | recall
//      |      cancel      v    take_back       v
//      +------------------+<------------- on the way back
struct loans {
    struct frames *frames;
    struct frame_set set; // the lent ones
    uint64_t lent;
    uint64_t away; // lent, or on the way there or back
};

// memory: frame_set_bytes(frames->set.count) bytes. Nothing is lent.
void loans_start(struct loans *loans, struct frames *frames, void *memory);

// Chooses at most `most` free frames to lend: whole blocks first, from the top
// down, since a host gives a large page back only as a whole; scattered frames
// last. False: none is free.
MUST_USE bool loans_choose(struct loans *loans, uint64_t most,
                           struct frame_run *run);
// The host has them now.
void loans_confirm(struct loans *loans, struct frame_run run);

// Chooses at most `most` lent frames to ask back: a whole block if `most`
// allows it; else frames that make their block wholly free again; else frames
// of blocks that are partly lent; a wholly lent block is broken last. False:
// none is lent.
MUST_USE bool loans_recall(struct loans *loans, uint64_t most,
                           struct frame_run *run);
// They are ours again, and free: after a recall, or for frames that were on
// their way to a host that has forgotten all about them.
void loans_take_back(struct loans *loans, struct frame_run run);

#endif
