// SPDX-License-Identifier: MIT
// Parsing of typed sizes, and conversion to a target. Pure.
// QEMU, hw/virtio/virtio-balloon.c.
#include "balloon/size.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"

enum {
    SHOWN = 48,
    BARE_LEAST = 1 << 20 // a smaller number without a unit is refused
};

static bool refuse(const char *text, const char *reason,
                   struct failure *failure)
{
    char shown[SHOWN];

    text_escape(shown, sizeof shown, text, strlen(text));
    return failure_set(failure, CODE_USAGE,
                       "the size '%s' %s; 512M, 0.5GiB, 75%%, +64M and -64M "
                       "are sizes (K, M, G, T or B for bytes)",
                       shown, reason);
}

// Tools differ in the unit of a bare "512": bytes, KiB or MiB. The wrong unit
// would cost the guest nearly all of its memory.
static bool refuse_bare(const char *text, const char *number,
                        struct failure *failure)
{
    return failure_set(failure, CODE_USAGE,
                       "the size '%s' is %s bytes: write %sM for MiB, as "
                       "QEMU's human monitor takes a bare number, %sK for "
                       "KiB, as virsh does, or %sB for bytes",
                       text, number, text, text, text);
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

// "75%"; UNITS_NO_UNIT for text that is not digits and "%".
static enum units_result read_percent(const char *text, uint64_t *percent)
{
    char digits[8];
    const size_t length = strspn(text, "0123456789");

    if (strcmp(text + length, "%") != 0) {
        return UNITS_NO_UNIT;
    }
    if (length == 0) {
        return UNITS_NO_NUMBER;
    }
    text_format(digits, sizeof digits, "%.*s", (int)length, text);
    return length < sizeof digits &&
                   text_to_uint64(digits, percent) == NUMBER_OK &&
                   *percent <= SIZE_PERCENT_MAX
               ? UNITS_OK
               : UNITS_OVERFLOW;
}

bool size_parse(const char *text, struct size_wish *wish,
                struct failure *failure)
{
    const char *at = text;
    enum size_kind kind = read_sign(&at);
    struct units_size size = {0};
    enum units_result result = UNITS_NO_UNIT;

    if (kind == SIZE_BYTES) {
        result = read_percent(at, &size.bytes);
        kind = result == UNITS_NO_UNIT ? SIZE_BYTES : SIZE_PERCENT;
    }
    if (result == UNITS_NO_UNIT) {
        result = units_size(at, &size);
    }
    if (result == UNITS_OK && size.bytes > INT64_MAX) {
        result = UNITS_OVERFLOW;
    }
    if (result != UNITS_OK) {
        return refuse(text, units_reason(result), failure);
    }
    if (size.bytes == 0) {
        return refuse(text, "is nothing", failure);
    }
    if (size.bare && size.bytes < BARE_LEAST) {
        return refuse_bare(text, at, failure);
    }
    *wish = (struct size_wish){kind, size.bytes, size.decimal};
    return true;
}

// Computed in parts, so that no product exceeds 64 bits; at most INT64_MAX, the
// largest value that QEMU accepts.
static uint64_t percent_of(uint64_t ram, uint64_t percent)
{
    if (percent > 100 && ram / 100 >= (uint64_t)INT64_MAX / percent) {
        return INT64_MAX;
    }
    return ram / 100 * percent + ram % 100 * percent / 100;
}

// The wish in bytes; false when that is not in 1..2^63-1.
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
                           "the guest has %s, so the size would not be above "
                           "0: QEMU requires at least 1 byte",
                           now);
    }
    const uint64_t value = (uint64_t)bytes;
    const uint64_t kept = value < ram ? value : ram;
    *target = (struct size_target){
        .value = value,
        // QEMU gives the device the number of whole pages to inflate.
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
