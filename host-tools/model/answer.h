// SPDX-License-Identifier: MIT
// The guest's lines. docs/memory.md, "Orders".
// Limits: private to this folder.
#ifndef MODEL_ANSWER_H
#define MODEL_ANSWER_H

#include "model/state.h"

// "order WORD key=value ...\n", and the error of a refused or broken order.
void answer(struct buffer *out, const struct order *order, const char *format,
            ...) PRINTF_LIKE(3, 4);
void answer_error(struct buffer *out, const struct order *order,
                  const char *reason, const char *format, ...)
    PRINTF_LIKE(4, 5);
// The same without numbers.
void answer_refused(struct buffer *out, const struct order *order,
                    const char *reason);

// The lines of `frames`.
void answer_frames(const struct model *model, struct buffer *out);

#endif
