// SPDX-License-Identifier: MIT
// The balloon's frames. docs/memory.md, "The balloon".
// Limits: private to this folder.
#ifndef MODEL_BALLOON_H
#define MODEL_BALLOON_H

#include "model/state.h"

// The balloon gives `pages` back for want of memory, and wants no more until
// its target changes. It must have as many.
void relieve(struct model *model, uint64_t pages);

// After a step or a change of the balloon: the turns of the background, and
// what the balloon takes then.
void settle(struct model *model);

#endif
