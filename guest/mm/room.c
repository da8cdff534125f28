// SPDX-License-Identifier: MIT
// Who may take a frame: the reservations, the marks, and the sources of frames
// when too few are free.
#include "mm/room.h"

#include "base/panic.h"
#include "mm/balloon.h"
#include "mm/internal.h"

static const struct mm_sources *sources;

void mm_sources_set(const struct mm_sources *new_sources)
{
    sources = new_sources;
}

uint64_t mm_room(void)
{
    return mm_spare(balloon_frames_counted_free(), 0);
}

paddr mm_frame_take(void)
{
    paddr frame;

    if (mm_frames.free == 0 && sources != NULL) {
        (void)sources->relieve(1);
    }
    const enum error error = frames_alloc(&mm_frames, &frame);

    assert_that(error == OK, "mm: no frame at all");
    return frame;
}

void mm_frame_give(paddr frame)
{
    frames_free(&mm_frames, frame, 1);
}

enum error mm_block_take(paddr *block)
{
    const uint64_t highest =
        frame_set_highest(&mm_frames.set, BLOCK_WHOLE, NO_BLOCK);

    if (highest == NO_BLOCK) {
        return ERR_NO_MEMORY;
    }
    frames_alloc_these(&mm_frames, highest * FRAMES_BLOCK, FRAMES_BLOCK);
    *block = paddr_of(highest * FRAMES_BLOCK * PAGE_SIZE);
    return OK;
}

void mm_block_give(paddr block)
{
    frames_free(&mm_frames, block, FRAMES_BLOCK);
}

bool mm_free_run(uint64_t from, uint64_t *first, uint64_t *count)
{
    const struct frame_set *set = &mm_frames.set;

    *first = frame_set_next(set, from);
    if (*first == set->count) {
        return false;
    }
    *count = frame_set_run(set, *first, set->count - *first);
    return true;
}

// Reclaim first, so that the balloon keeps what the device asked for. A report
// in flight counts in room, and can't be taken: the driver then waits for it,
// and the number that it is asked for includes it.
bool mm_can_reserve(uint64_t frames)
{
    const uint64_t wanted = frames + balloon_frames_demanded() + MM_MARK_MIN;

    if (mm_room() < wanted && sources != NULL) {
        sources->reclaim(wanted - mm_room());
    }
    const uint64_t all = wanted + mm_frames.reserved;

    return mm_frames.free >= all ||
           (sources != NULL && sources->relieve(all - mm_frames.free) &&
            mm_frames.free >= all);
}

bool mm_await_frames(uint64_t frames)
{
    return sources != NULL && mm_frames.free < frames &&
           sources->relieve(frames - mm_frames.free);
}

uint64_t mm_deflate(uint64_t most)
{
    return sources != NULL ? sources->deflate(most) : 0;
}

bool mm_more_will_come(void)
{
    return sources != NULL && sources->background_is_due();
}
