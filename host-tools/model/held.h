// SPDX-License-Identifier: MIT
// Held memory and huge pages: frames that are never reclaimed.
// docs/memory.md, "Huge pages" and "Orders".
// Limits: private to this folder.
#ifndef MODEL_HELD_H
#define MODEL_HELD_H

#include "model/state.h"

// Takes the tables and promises the pages. False: they don't fit, and nothing
// is taken.
MUST_USE bool held_grow(struct model *model, uint64_t pages);

// Gives the newest pages back; `pages` of them at most are held.
void held_shrink(struct model *model, uint64_t pages);

void held_touch(struct model *model, uint64_t page);

// False: no block, or no room; it is counted.
MUST_USE bool pool_grow(struct model *model);
void pool_shrink(struct model *model);

#endif
