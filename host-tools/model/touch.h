// SPDX-License-Identifier: MIT
// Touches, and frames for them and for orders. docs/memory.md, "Taking a frame
// for a touch", "Reading the file", "Memory for an order".
// Limits: private to this folder.
#ifndef MODEL_TOUCH_H
#define MODEL_TOUCH_H

#include "model/state.h"

// Word 0 of a page after a touch. *ending is set if the step ends with it.
uint64_t touch_anonymous(struct model *model, unsigned task, uint64_t page,
                         enum ending *ending);
uint64_t touch_file(struct model *model, uint64_t page, enum ending *ending);

// Writes word 0 of a page that was touched.
void write_word(struct model *model, unsigned task, uint64_t page,
                uint64_t word);

// Whether an order gets `frames` frames at once, perhaps by reclaim or from
// the balloon. Takes none.
MUST_USE bool order_fits(struct model *model, uint64_t frames);

#endif
