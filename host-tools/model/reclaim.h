// SPDX-License-Identifier: MIT
// Reclaim and the background. docs/memory.md, "Reclaim" and "The background".
// Limits: private to this folder.
#ifndef MODEL_RECLAIM_H
#define MODEL_RECLAIM_H

#include "model/state.h"

// One call; returns the frames that it freed.
uint64_t reclaim(struct model *model, uint64_t goal, bool direct);

// Turns until none is due.
void background(struct model *model);

#endif
