// SPDX-License-Identifier: MIT
// The frame allocator: which 4 KiB frames of the physical address space, up to
// the end of RAM, are free. Pure: it never accesses the frames themselves.
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "base/error.h"
#include "base/types.h"
#include "mm/frame_set.h"

struct frames {
    struct frame_set set;       // free frames; others are in use or not managed
    struct frame_set *reported; // of the free frames, those reported to the
                                // host (page_reporting.h); NULL: no reporting
    bool dirty;                 // there may be free frames to report
    uint64_t managed;           // frames added by frames_add, in use or not
    uint64_t free;
    uint64_t reserved; // free ones that vm_area_grow keeps for pages that are
                       // not touched yet
    uint64_t lowest;   // no free frame lies below this one
};

// memory: frame_set_bytes(count) bytes. No frame is free at first.
void frames_start(struct frames *frames, void *memory, uint64_t count);

// Adds frames to the managed ones, as free. Both page-aligned, in bytes.
void frames_add(struct frames *frames, paddr start, uint64_t bytes);

// Allocates the lowest free frame, or the lowest run of `count` free frames.
// Their contents are undefined. ERR_NO_MEMORY: there is none.
MUST_USE enum error frames_alloc(struct frames *frames, paddr *frame);
MUST_USE enum error frames_alloc_run(struct frames *frames, uint64_t count,
                                     paddr *start);

// Allocates these frames, all of which must be free.
void frames_alloc_these(struct frames *frames, uint64_t first, uint64_t count);

// Panics for a frame that is free already, and for more frames than are
// allocated. A frame that was never managed is not detected.
void frames_free(struct frames *frames, paddr start, uint64_t count);

#endif
