// SPDX-License-Identifier: MIT
// The table of words, and the forms of their values.
#include "model/words.h"

#include <string.h>

#include "base/attributes.h"
#include "base/units.h"

// The largest SIZE that the guest reads.
#define SIZE_MOST (UINT64_C(1) << 40)

enum form {
    NOTHING,
    SIZE,
    SIZE_OR_ALL,
    NUMBER,
    PAGES,      // N[@P]
    PAGES_SEED, // N[@P][:S]
    DRAWS,      // N:S
};

static const struct {
    const char *name;
    enum form form;
} words[ORDER_KINDS] = {
    [ORDER_TASK] = {"task", NUMBER},
    [ORDER_MAP] = {"map", SIZE},
    [ORDER_UNMAP] = {"unmap", NOTHING},
    [ORDER_WRITE] = {"write", PAGES_SEED},
    [ORDER_READ] = {"read", PAGES},
    [ORDER_WALK] = {"walk", DRAWS},
    [ORDER_LOAD] = {"load", PAGES},
    [ORDER_DROP] = {"drop", NOTHING},
    [ORDER_HUGE] = {"huge", NUMBER},
    [ORDER_PACE] = {"pace", NUMBER},
    [ORDER_DISKS] = {"disks", NOTHING},
    [ORDER_SWAPON] = {"swapon", NOTHING},
    [ORDER_SWAPOFF] = {"swapoff", NOTHING},
    [ORDER_ALLOC] = {"alloc", SIZE},
    [ORDER_FILL] = {"fill", NUMBER},
    [ORDER_VERIFY] = {"verify", NOTHING},
    [ORDER_FREE] = {"free", SIZE_OR_ALL},
    [ORDER_COUNT] = {"count", NOTHING},
    [ORDER_FRAMES] = {"frames", NOTHING},
};

const char *order_name(enum order_kind kind)
{
    return words[kind].name;
}

// Cuts the digits at the beginning of *text.
static bool cut_number(const char **text, uint64_t *number)
{
    uint64_t value = 0;

    if (**text < '0' || **text > '9') {
        return false;
    }
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        const uint64_t digit = (uint64_t)(**text - '0');

        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = 10 * value + digit;
    }
    *number = value;
    return true;
}

// Cuts the mark and the number behind it.
static bool cut_marked(const char **text, char mark, uint64_t *number)
{
    if (**text != mark) {
        return false;
    }
    (*text)++;
    return cut_number(text, number);
}

// "N[@P][:S]", with or without these parts.
static bool read_pages(const char *value, enum form form, struct order *order)
{
    if (!cut_number(&value, &order->number)) {
        return false;
    }
    if ((form == PAGES || form == PAGES_SEED) && *value == '@' &&
        !cut_marked(&value, '@', &order->page)) {
        return false;
    }
    if ((form == DRAWS || (form == PAGES_SEED && *value == ':')) &&
        !cut_marked(&value, ':', &order->seed)) {
        return false;
    }
    return *value == '\0';
}

static bool read_size(const char *value, struct order *order)
{
    struct units_size size;

    if (units_size(value, &size) != UNITS_OK || size.bytes > SIZE_MOST) {
        return false;
    }
    order->number = size.bytes;
    return true;
}

static bool read_value(enum form form, const char *value, struct order *order)
{
    if (form == NOTHING || (form == SIZE_OR_ALL && !value)) {
        order->number = UINT64_MAX;
        return !value;
    }
    if (!value) {
        return false;
    }
    return form == SIZE || form == SIZE_OR_ALL ? read_size(value, order)
                                               : read_pages(value, form, order);
}

bool order_read(const char *word, struct order *order)
{
    const char *equals = strchr(word, '=');
    const size_t length = equals ? (size_t)(equals - word) : strlen(word);

    for (unsigned i = 0; i < ORDER_KINDS; i++) {
        if (strlen(words[i].name) == length &&
            strncmp(words[i].name, word, length) == 0) {
            *order = (struct order){.kind = (enum order_kind)i};
            return read_value(words[i].form, equals ? equals + 1 : NULL,
                              order) &&
                   (order->kind != ORDER_PACE || order->number > 0);
        }
    }
    return false;
}
