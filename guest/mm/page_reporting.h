// SPDX-License-Identifier: MIT
// Free page reporting: the free frames that were reported, whose memory the
// host may use until they are touched again, and the choice of the next ones.
// Pure. VIRTIO 1.4, 5.5.6.7.
#ifndef MM_PAGE_REPORTING_H
#define MM_PAGE_REPORTING_H

#include "base/page_run.h"
#include "mm/frames.h"

// The smallest run of free frames that is reported when no whole block is left
// to report: 64 KiB.
#define PAGE_REPORTING_LEAST 16u

//          pick              done(acknowledged)
//    free ------> in flight -------------------> free, reported
//      ^              |                               |
//      +--------------+ done(not acknowledged)        |  allocated and
//      +----------------------------------------------+  freed again
struct page_reporting {
    struct frames *frames;
    struct frame_set reported; // see frames.h
    uint64_t in_flight;        // frames in reports in flight
};

// memory: frame_set_bytes(frames->set.count) bytes. No frame is reported yet.
void page_reporting_start(struct page_reporting *reporting,
                          struct frames *frames, void *memory);

// Takes free frames that are not reported yet, so that they cannot be allocated
// meanwhile: whole blocks first, from the top down, then runs of
// PAGE_REPORTING_LEAST or more, from the bottom up. False: there are none;
// further calls are cheap until frames become free.
MUST_USE bool page_reporting_pick(struct page_reporting *reporting,
                                  struct page_run *run);

// Frees the frames of a report that is not in flight any more.
void page_reporting_done(struct page_reporting *reporting, struct page_run run,
                         bool acknowledged);

#endif
