// SPDX-License-Identifier: MIT
// Orders of one step, and of several. docs/memory.md, "Orders".
// Limits: private to this folder.
#ifndef MODEL_ORDERS_H
#define MODEL_ORDERS_H

#include "model/state.h"

// Does the whole order and answers it. False: it is an order in steps.
MUST_USE bool order_at_once(struct model *model, struct buffer *out);

// One step of the order that runs. It is not open any more behind its answer.
void order_step(struct model *model, struct buffer *out);

#endif
