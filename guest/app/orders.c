// SPDX-License-Identifier: MIT
// The table of the orders' words.
#include "app/orders.h"

enum order_takes {
    TAKES_NOTHING,
    TAKES_SIZE,
    TAKES_NUMBER,
    TAKES_COUNT,         // a number that is not 0
    TAKES_OPTIONAL_SIZE, // without a value: all
    TAKES_RANGE,         // N[@P]
    TAKES_SEEDED_RANGE,  // N[@P][:S]
    TAKES_DRAW,          // N:S
};

static const struct {
    const char *name;
    enum order_takes takes;
} words[ORDER_KINDS] = {
    [ORDER_ALLOC] = {"alloc", TAKES_SIZE},
    [ORDER_FILL] = {"fill", TAKES_NUMBER},
    [ORDER_VERIFY] = {"verify", TAKES_NOTHING},
    [ORDER_FREE] = {"free", TAKES_OPTIONAL_SIZE},
    [ORDER_TASK] = {"task", TAKES_NUMBER},
    [ORDER_MAP] = {"map", TAKES_SIZE},
    [ORDER_UNMAP] = {"unmap", TAKES_NOTHING},
    [ORDER_WRITE] = {"write", TAKES_SEEDED_RANGE},
    [ORDER_READ] = {"read", TAKES_RANGE},
    [ORDER_WALK] = {"walk", TAKES_DRAW},
    [ORDER_LOAD] = {"load", TAKES_RANGE},
    [ORDER_DROP] = {"drop", TAKES_NOTHING},
    [ORDER_HUGE] = {"huge", TAKES_NUMBER},
    [ORDER_PACE] = {"pace", TAKES_COUNT},
    [ORDER_DISKS] = {"disks", TAKES_NOTHING},
    [ORDER_SWAPON] = {"swapon", TAKES_NOTHING},
    [ORDER_SWAPOFF] = {"swapoff", TAKES_NOTHING},
    [ORDER_COUNT] = {"count", TAKES_NOTHING},
    [ORDER_FRAMES] = {"frames", TAKES_NOTHING},
    [ORDER_HELP] = {"help", TAKES_NOTHING},
    [ORDER_END] = {"end", TAKES_NOTHING},
};

const char *order_name(enum order_kind kind)
{
    return words[kind].name;
}

const char *order_usage(void)
{
    return "alloc=SIZE fill=SEED verify free[=SIZE] task=N map=SIZE unmap "
           "write=N[@P][:S] read=N[@P] walk=N:S load=N[@P] drop huge=N pace=N "
           "disks swapon swapoff count frames help end";
}

// A part behind a separator: a number, unless it is missing and may be.
static enum error take_part(bool given, bool wanted, struct slice text,
                            uint64_t *value)
{
    if (!given) {
        return wanted ? ERR_INVALID : OK;
    }
    return slice_number(text, UINT64_MAX, value);
}

// N[@P][:S], as far as the word takes the parts.
static enum error take_range(enum order_takes takes, struct slice value,
                             struct order *order)
{
    struct slice page = {0};
    struct slice seed = {0};
    const bool has_seed = takes != TAKES_RANGE && slice_cut(&value, ':', &seed);
    const bool has_page = takes != TAKES_DRAW && slice_cut(&value, '@', &page);
    enum error error = slice_number(value, UINT64_MAX, &order->number);

    if (error == OK) {
        error = take_part(has_page, false, page, &order->page);
    }
    if (error == OK) {
        error = take_part(has_seed, takes == TAKES_DRAW, seed, &order->seed);
    }
    return error;
}

static enum error take_given(enum order_takes takes, struct slice value,
                             struct order *order)
{
    enum error error;

    switch (takes) {
    case TAKES_NUMBER:
    case TAKES_COUNT:
        error = slice_number(value, UINT64_MAX, &order->number);
        return error == OK && takes == TAKES_COUNT && order->number == 0
                   ? ERR_INVALID
                   : error;
    case TAKES_SIZE:
    case TAKES_OPTIONAL_SIZE:
        return slice_size(value, UINT64_C(1) << 40, &order->number);
    default:
        return take_range(takes, value, order);
    }
}

static enum error take_value(enum order_takes takes, bool has_value,
                             struct slice value, struct order *order,
                             const char **what)
{
    enum error error = OK;

    order->number = UINT64_MAX;
    order->page = 0;
    order->seed = 0;
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
    error = take_given(takes, value, order);
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
