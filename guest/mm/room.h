// SPDX-License-Identifier: MIT
// Frames beyond the reservations ("room"), the marks that limit their use, and
// frames for guest/vm, which decides who has them. docs/memory.md has the
// rules. Context: normal, or the page fault handler; interrupts off.
#ifndef MM_ROOM_H
#define MM_ROOM_H

#include "base/error.h"
#include "base/types.h"

// Marks, in frames. Not a share of RAM: they can be counted, and a machine of
// 16 MiB shows everything.
#define MM_MARK_MIN 64u   // below it only page tables and devices take frames
#define MM_MARK_LOW 128u  // below it the background reclaims; inflation stops
#define MM_MARK_HIGH 192u // the background stops

// Free frames, with those of reports and hints in flight, which return without
// a request, less the reservations.
uint64_t mm_room(void);

// Whether the balloon's target wants more frames than are in flight.
bool mm_balloon_wants(void);

// Takes the lowest free frame without regard to room. If only frames of reports
// or hints are left, it waits for them. Panics if there is none at all.
paddr mm_frame_take(void);
void mm_frame_give(paddr frame);

// Takes the highest wholly free block of 512 frames. ERR_NO_MEMORY: none.
MUST_USE enum error mm_block_take(paddr *block);
void mm_block_give(paddr block);

// The lowest run of free frames at or above `from`. False: none.
bool mm_free_run(uint64_t from, uint64_t *first, uint64_t *count);

// Whether `frames` more frames can be taken or reserved: room stays at
// MM_MARK_MIN, beside the balloon's demand (without DEFLATE_ON_OOM). If not, it
// reclaims, and then asks the balloon.
MUST_USE bool mm_can_reserve(uint64_t frames);

// How frames come back.
struct mm_sources {
    // Reclaims `frames` frames, or nothing if that is impossible.
    void (*reclaim)(uint64_t frames);
    // Whether the background will reclaim without a request.
    bool (*background_is_due)(void);
    // The balloon driver waits for the pages that return, and deflates the
    // rest, if it may. False: fewer than `pages` came back.
    bool (*relieve)(uint64_t pages);
    // The balloon driver deflates `most` pages or what it has, if it may;
    // returns their number.
    uint64_t (*deflate)(uint64_t most);
};
void mm_sources_set(const struct mm_sources *sources);

// Deflates under memory pressure, as above.
uint64_t mm_deflate(uint64_t most);

#endif
