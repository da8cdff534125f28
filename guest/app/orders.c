// SPDX-License-Identifier: MIT
// The table of the workload's words.
#include "app/orders.h"

enum takes {
    NOTHING,
    A_SIZE,
    A_NUMBER,
    PERHAPS_A_SIZE, // without it: everything
};

static const struct {
    const char *name;
    enum takes takes;
} words[ORDER_KINDS] = {
    [ORDER_ALLOC] = {"alloc", A_SIZE},
    [ORDER_FILL] = {"fill", A_NUMBER},
    [ORDER_VERIFY] = {"verify", NOTHING},
    [ORDER_FREE] = {"free", PERHAPS_A_SIZE},
    [ORDER_HELP] = {"help", NOTHING},
    [ORDER_END] = {"end", NOTHING},
};

const char *order_usage(void)
{
    return "alloc=SIZE fill=SEED verify free[=SIZE] help end";
}

static enum error take_value(enum takes takes, bool has_value,
                             struct slice value, struct order *order,
                             const char **what)
{
    enum error error = OK;

    order->number = UINT64_MAX;
    if (takes == NOTHING && has_value) {
        *what = "takes no value";
        return ERR_INVALID;
    }
    if (takes == NOTHING || (takes == PERHAPS_A_SIZE && !has_value)) {
        return OK;
    }
    if (!has_value) {
        *what = "missing value";
        return ERR_INVALID;
    }
    error = takes == A_NUMBER
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
