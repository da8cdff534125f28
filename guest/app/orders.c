// SPDX-License-Identifier: MIT
// The table of the workload's words.
#include "app/orders.h"

enum order_takes {
    TAKES_NOTHING,
    TAKES_SIZE,
    TAKES_NUMBER,
    TAKES_OPTIONAL_SIZE, // without a value: all
};

static const struct {
    const char *name;
    enum order_takes takes;
} words[ORDER_KINDS] = {
    [ORDER_ALLOC] = {"alloc", TAKES_SIZE},
    [ORDER_FILL] = {"fill", TAKES_NUMBER},
    [ORDER_VERIFY] = {"verify", TAKES_NOTHING},
    [ORDER_FREE] = {"free", TAKES_OPTIONAL_SIZE},
    [ORDER_HELP] = {"help", TAKES_NOTHING},
    [ORDER_END] = {"end", TAKES_NOTHING},
};

const char *order_usage(void)
{
    return "alloc=SIZE fill=SEED verify free[=SIZE] help end";
}

static enum error take_value(enum order_takes takes, bool has_value,
                             struct slice value, struct order *order,
                             const char **what)
{
    enum error error = OK;

    order->number = UINT64_MAX;
    if (takes == TAKES_NOTHING && has_value) {
        *what = "takes no value";
        return ERR_INVALID;
    }
    if (takes == TAKES_NOTHING ||
        (takes == TAKES_OPTIONAL_SIZE && !has_value)) {
        return OK;
    }
    if (!has_value) {
        *what = "missing value";
        return ERR_INVALID;
    }
    error = takes == TAKES_NUMBER
                ? slice_number(value, UINT64_MAX, &order->number)
                : slice_size(value, UINT64_C(1) << 40, &order->number);
    *what = error == ERR_RANGE ? "number too large" : "bad value";
    return error;
}

enum error order_parse(struct slice word, struct order *order,
                       const char **what)
{
    struct slice name = word;
    struct slice value;
    const bool has_value = slice_cut(&name, '=', &value);

    for (unsigned i = 0; i < ORDER_KINDS; i++) {
        if (slice_is(name, words[i].name)) {
            order->kind = (enum order_kind)i;
            return take_value(words[i].takes, has_value, value, order, what);
        }
    }
    *what = "unknown word";
    return ERR_EMPTY;
}
