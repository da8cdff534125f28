// SPDX-License-Identifier: MIT
// Lines as the guest prints them, to the byte.
#include "model/answer.h"

#include <inttypes.h>

static void add_values(struct buffer *out, const char *format, va_list values)
{
    buffer_text(out, " ");
    buffer_format_list(out, format, values);
    buffer_text(out, "\n");
}

void answer(struct buffer *out, const struct order *order, const char *format,
            ...)
{
    va_list values;

    buffer_format(out, "order %s", order_name(order->kind));
    va_start(values, format);
    add_values(out, format, values);
    va_end(values);
}

void answer_error(struct buffer *out, const struct order *order,
                  const char *reason, const char *format, ...)
{
    va_list values;

    buffer_format(out, "error what=\"order %s: %s\"", order_name(order->kind),
                  reason);
    va_start(values, format);
    add_values(out, format, values);
    va_end(values);
}

void answer_refused(struct buffer *out, const struct order *order,
                    const char *reason)
{
    buffer_format(out, "error what=\"order %s: %s\"\n", order_name(order->kind),
                  reason);
}

void model_count_line(const struct model *model, struct buffer *out)
{
    struct model_numbers numbers;

    model_numbers(model, &numbers);
    buffer_text(out, "order count");
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        buffer_format(out, " %s=%" PRIu64, model_key(i), numbers.value[i]);
    }
    buffer_text(out, "\n");
}

void answer_frames(const struct model *model, struct buffer *out)
{
    const struct sorted_entry *run = sorted_from(&model->free.list, 0);
    uint64_t runs = 0;

    for (; run; run = sorted_from(&model->free.list, run->key + 1)) {
        buffer_format(out, "order frames first=%" PRIu64 " count=%" PRIu64 "\n",
                      run->key, run->place);
        runs++;
    }
    buffer_format(out, "order frames runs=%" PRIu64 " free=%" PRIu64 "\n", runs,
                  model->free.count);
}
