// SPDX-License-Identifier: MIT
// What the files of mm share and nobody else sees.
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm/frames.h"

extern struct frames mm_frames;

// Whether so many frames may be promised: more than those that are free less
// the ones promised already, the reserve, and what the host waits for; where
// that fails, after somebody was asked for relief.
MUST_USE bool mm_can_promise(uint64_t frames);

// Sets of frames that there are: free ones, lent ones, hinted ones, reported
// ones. All but the first lie one behind the other at `memory`.
#define FRAME_SETS 4u
void lending_start(char *memory);

// Frames that are free but for a report or a hint.
uint64_t lending_soon_back(void);

// Frames that don't count as managed.
uint64_t lending_away(void);

// Hooks the page fault handler in.
void windows_start(void);

// Faults served since the start.
uint64_t windows_faults(void);

// Frames that window_grow promised and that no touch has taken yet.
uint64_t windows_promised(void);

#endif
