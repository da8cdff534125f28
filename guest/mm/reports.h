// SPDX-License-Identifier: MIT
// Free frames that the host was told of, so that it may use their memory until
// they are touched again; which ones to tell of next. Pure.
#ifndef MM_REPORTS_H
#define MM_REPORTS_H

#include "mm/frames.h"
#include "mm/loans.h"

// Free frames in a row that are worth a report of their own, where no whole
// block is left to report: 64 KiB.
#define REPORTS_LEAST 16u

//              choose             finish(told)
//    free ----------> on report ------------------> free, and known to be
//      ^                  |  finish(not told)           |
//      +------------------+                             |  taken by somebody,
//      +------------------------------------------------+  and given back
struct reports {
    struct frames *frames;
    struct frame_set told; // see frames.h
    uint64_t away;         // frames on report now
    uint64_t reported;     // frames reported since the start
};

// memory: frame_set_bytes(frames->set.count) bytes. The host knows of no free
// frame.
void reports_start(struct reports *reports, struct frames *frames,
                   void *memory);

// Chooses free frames that the host does not know of, and that nobody can have
// now: whole blocks first, from the top down, then runs of REPORTS_LEAST or
// more, from the bottom up. False: there are none; cheap then, until frames
// become free.
MUST_USE bool reports_choose(struct reports *reports, struct frame_run *run);

// They are free again. told: the host has acknowledged the report.
void reports_finish(struct reports *reports, struct frame_run run, bool told);

#endif
