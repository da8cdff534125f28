// SPDX-License-Identifier: MIT
// Free page reporting: the free frames that were reported, whose memory the
// host may use until they are touched again, and the choice of the next ones.
// Pure. VIRTIO 1.4, 5.5.6.7.
#ifndef MM_PAGE_REPORTING_H
#define MM_PAGE_REPORTING_H

#include "mm/frames.h"
#include "mm/device_frames.h"

// The smallest run of free frames that is reported when no whole block is left
// to report: 64 KiB.
#define REPORTS_LEAST 16u

//         choose                finish(told)
//    free ------> report in flight -------> free, reported
//      ^                  |                        |
//      +------------------+ finish(not told)       |  allocated and
//      +-------------------------------------------+  freed again
struct reports {
    struct frames *frames;
    struct frame_set told; // see frames.h
    uint64_t away;         // frames in reports in flight
    uint64_t reported;     // frames reported since the start
};

// memory: frame_set_bytes(frames->set.count) bytes. No frame is reported yet.
void reports_start(struct reports *reports, struct frames *frames,
                   void *memory);

// Takes free frames that are not reported yet, so that they cannot be allocated
// meanwhile: whole blocks first, from the top down, then runs of REPORTS_LEAST
// or more, from the bottom up. False: there are none; further calls are cheap
// until frames become free.
MUST_USE bool reports_choose(struct reports *reports, struct frame_run *run);

// Frees the frames of a report. told: the device has acknowledged it.
void reports_finish(struct reports *reports, struct frame_run run, bool told);

#endif
