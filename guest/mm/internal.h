// SPDX-License-Identifier: MIT
// What the files of mm share and nobody else sees.
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm/frames.h"

extern struct frames mm_frames;

// Hooks the page fault handler in.
void windows_start(void);

// Faults served since the start.
uint64_t windows_faults(void);

// Frames that window_grow promised and that no touch has taken yet.
uint64_t windows_promised(void);

#endif
