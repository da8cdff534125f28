// SPDX-License-Identifier: MIT
// Sizes, typed and resolved. Pure.
// Limits: as size.h says. QEMU, hw/virtio/virtio-balloon.c.
#include "balloon/size.h"

#include <string.h>

#include "base/text.h"

enum {
    DIGITS = 24, // room for more than any number of 64 bits
    SHOWN = 48
};

static bool refuse(const char *text, const char *reason,
                   struct failure *failure)
{
    char shown[SHOWN];

    text_escape(shown, sizeof shown, text, strlen(text));
    return failure_set(failure, CODE_USAGE,
                       "the size '%s' %s; 512M, 75%%, +64M and -64M are sizes "
                       "(K, M, G, T or bytes)",
                       shown, reason);
}

// How far a unit shifts a number; -1 for what is no unit.
static int unit_shift(const char *unit)
{
    static const char units[] = "KMGT";
    const char *at = *unit ? strchr(units, *unit) : NULL;

    if (*unit == '\0') {
        return 0;
    }
    return at && unit[1] == '\0' ? 10 * (int)(at - units + 1) : -1;
}

static enum number_result read_digits(const char *text, size_t length,
                                      uint64_t *number)
{
    char digits[DIGITS];

    if (length >= sizeof digits) {
        return NUMBER_OVERFLOW;
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    return text_to_uint64(digits, number);
}

static enum size_kind read_sign(const char **at)
{
    switch (**at) {
    case '+':
        (*at)++;
        return SIZE_MORE;
    case '-':
        (*at)++;
        return SIZE_LESS;
    default:
        return SIZE_BYTES;
    }
}

bool size_parse(const char *text, struct size_wish *wish,
                struct failure *failure)
{
    const char *at = text;
    enum size_kind kind = read_sign(&at);
    size_t length = strspn(at, "0123456789");
    const char *unit = at + length;
    bool percent = kind == SIZE_BYTES && strcmp(unit, "%") == 0;
    int shift = percent ? 0 : unit_shift(unit);
    uint64_t number = 0;

    if (length == 0) {
        return refuse(text, "has no whole number", failure);
    }
    if (shift < 0) {
        return refuse(text, "has no unit that is known", failure);
    }
    if (read_digits(at, length, &number) != NUMBER_OK ||
        number > (uint64_t)INT64_MAX >> shift ||
        (percent && number > SIZE_PERCENT_MAX)) {
        return refuse(text, "is too large", failure);
    }
    if (number == 0) {
        return refuse(text, "is nothing", failure);
    }
    *wish = (struct size_wish){percent ? SIZE_PERCENT : kind, number << shift};
    return true;
}

// In parts, so that no product passes 64 bits.
static uint64_t percent_of(uint64_t ram, uint64_t percent)
{
    return ram / 100 * percent + ram % 100 * percent / 100;
}

// The wish in bytes; false when that is nothing, less, or 2^63 and more.
static bool in_bytes(const struct size_wish *wish, int64_t actual, uint64_t ram,
                     int64_t *bytes)
{
    const int64_t number = (int64_t)wish->number;

    switch (wish->kind) {
    case SIZE_BYTES:
        *bytes = number;
        break;
    case SIZE_PERCENT:
        *bytes = (int64_t)percent_of(ram, wish->number);
        break;
    case SIZE_MORE:
        if (actual > INT64_MAX - number) {
            return false;
        }
        *bytes = actual + number;
        break;
    case SIZE_LESS:
        if (actual < INT64_MIN + number) {
            return false;
        }
        *bytes = actual - number;
        break;
    }
    return *bytes > 0;
}

bool size_resolve(const struct size_wish *wish, int64_t actual, uint64_t ram,
                  struct size_target *target, struct failure *failure)
{
    int64_t bytes = 0;
    char now[SIZE_TEXT];

    if (!in_bytes(wish, actual, ram, &bytes)) {
        size_text(now, sizeof now, actual);
        return failure_set(failure, CODE_USAGE,
                           "the guest has %s, so that would be no size above "
                           "0: QEMU takes 1 byte at least",
                           now);
    }
    const uint64_t value = (uint64_t)bytes;
    const uint64_t kept = value < ram ? value : ram;
    *target = (struct size_target){
        .value = value,
        // QEMU tells the device how many whole pages to take away.
        .size = ram - (ram - kept) / SIZE_PAGE * SIZE_PAGE,
        .clamped = value > ram,
    };
    return true;
}

void size_text(char *out, size_t size, int64_t bytes)
{
    char people[SIZE_TEXT];

    text_size(people, sizeof people,
              bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes);
    text_format(out, size, "%s%s", bytes < 0 ? "-" : "", people);
}
