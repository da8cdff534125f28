// SPDX-License-Identifier: MIT
// Frames that a device holds, in the balloon or as hints: the choice of frames
// to give and to take back. No frame is held twice. Pure: the frames are not
// accessed. VIRTIO 1.4, 5.5.6.
#ifndef MM_DEVICE_FRAMES_H
#define MM_DEVICE_FRAMES_H

#include "base/page_run.h"
#include "mm/frames.h"

//            pick                    done
//    free ----------> in flight -------------> held
//      ^                  |                      |
//      |      release     |       release        |  pick_back
//      +------------------+<---- in flight <-----+
struct device_frames {
    struct frames *frames;
    struct frame_set set; // held frames
    uint64_t held;        // their number
    uint64_t away;        // held and in flight
};

// memory: frame_set_bytes(frames->set.count) bytes. The device holds none.
void device_frames_start(struct device_frames *device, struct frames *frames,
                         void *memory);

// Takes at most `most` free frames for the device, inside one block, from the
// upper end in few and large runs: the highest wholly free block if `most`
// allows it, since a host frees a huge page only as a whole; else the highest
// run of a partly free block; else the upper end of a wholly free one. False:
// none is free, and the run is empty.
MUST_USE bool device_frames_pick(struct device_frames *device, uint64_t most,
                                 struct page_run *run);
// The device has acknowledged the picked frames.
void device_frames_done(struct device_frames *device, struct page_run run);

// Picks at most `most` held frames to take back, inside one block: a whole
// block if `most` allows it; else frames that make their block wholly free
// again; else frames of partly held blocks; part of a wholly held block last.
// False: the device holds none.
MUST_USE bool device_frames_pick_back(struct device_frames *device,
                                      uint64_t most, struct page_run *run);
// Frees frames in flight: ones that the device has given back, or ones whose
// request a device reset has cancelled.
void device_frames_release(struct device_frames *device, struct page_run run);

#endif
