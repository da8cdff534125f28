// SPDX-License-Identifier: MIT
// Numbers with a fraction, multiplied by a unit in integer arithmetic. Pure.
#include "base/units.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

// A number as it was typed: the digits before and after the point.
struct digits {
    const char *whole;
    size_t whole_count;
    const char *fraction;
    size_t fraction_count;
};

// Splits the text into a number and its unit, *unit.
static bool split(const char *text, struct digits *number, const char **unit)
{
    static const char digits[] = "0123456789";

    *number = (struct digits){.whole = text, .fraction = ""};
    number->whole_count = strspn(text, digits);
    *unit = text + number->whole_count;
    if (**unit == '.') {
        number->fraction = *unit + 1;
        number->fraction_count = strspn(number->fraction, digits);
        *unit = number->fraction + number->fraction_count;
        return number->whole_count && number->fraction_count;
    }
    return number->whole_count;
}

// unit * 0.d1d2d3..., rounded down: (d1*unit + (d2*unit + ...)/10)/10 is exact
// for any number of digits. 10 times the largest unit, 2^60, fits in 64 bits.
static uint64_t part_of(uint64_t unit, const struct digits *number)
{
    uint64_t part = 0;

    for (size_t i = number->fraction_count; i > 0; i--) {
        part = ((uint64_t)(number->fraction[i - 1] - '0') * unit + part) / 10;
    }
    return part;
}

static enum units_result scale(const struct digits *number, uint64_t unit,
                               uint64_t *out)
{
    const uint64_t part = part_of(unit, number);
    uint64_t whole = 0;

    if (number->fraction_count && unit == 1) {
        return UNITS_FRACTION;
    }
    for (size_t i = 0; i < number->whole_count; i++) {
        const unsigned digit = (unsigned)(number->whole[i] - '0');

        if (whole > (UINT64_MAX / unit - digit) / 10) {
            return UNITS_OVERFLOW;
        }
        whole = whole * 10 + digit;
    }
    if (whole * unit > UINT64_MAX - part) {
        return UNITS_OVERFLOW;
    }
    *out = whole * unit + part;
    return UNITS_OK;
}

// The unit in bytes; 0: the text is no unit.
static uint64_t size_unit(const char *text, bool *decimal)
{
    static const char prefixes[] = "KMGTPE";
    uint64_t unit = 1;

    *decimal = false;
    if (*text == '\0' || strcasecmp(text, "B") == 0) {
        return 1;
    }
    *decimal = strcasecmp(text + 1, "B") == 0;
    if (!*decimal && text[1] && strcasecmp(text + 1, "i") != 0 &&
        strcasecmp(text + 1, "iB") != 0) {
        return 0;
    }
    for (const char *prefix = prefixes; *prefix; prefix++) {
        unit *= *decimal ? 1000 : 1024;
        if (strncasecmp(prefix, text, 1) == 0) {
            return unit;
        }
    }
    return 0;
}

enum units_result units_size(const char *text, struct units_size *size)
{
    struct digits number;
    const char *unit;
    bool decimal;
    uint64_t bytes = 0;

    if (!split(text, &number, &unit)) {
        return UNITS_NO_NUMBER;
    }
    const uint64_t one = size_unit(unit, &decimal);
    const enum units_result result =
        one ? scale(&number, one, &bytes) : UNITS_NO_UNIT;

    if (result == UNITS_OK) {
        *size = (struct units_size){bytes, *unit == '\0', decimal};
    }
    return result;
}

enum units_result units_duration(const char *text, uint64_t *milliseconds)
{
    static const struct {
        const char *name;
        uint64_t milliseconds;
    } units[] = {
        {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
    };
    struct digits number;
    const char *unit;

    if (!split(text, &number, &unit)) {
        return UNITS_NO_NUMBER;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].name) == 0) {
            return scale(&number, units[i].milliseconds, milliseconds);
        }
    }
    return UNITS_NO_UNIT;
}

void units_exact(char *out, size_t size, uint64_t bytes)
{
    static const char letters[] = "BKMGTPE";
    unsigned letter = 0;

    while (bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        letter++;
    }
    text_format(out, size, "%llu%c", (unsigned long long)bytes,
                letters[letter]);
}

const char *units_reason(enum units_result result)
{
    static const char *const reasons[] = {
        [UNITS_OK] = NULL,
        [UNITS_NO_NUMBER] = "has no number",
        [UNITS_NO_UNIT] = "has no unit that is known",
        [UNITS_FRACTION] = "has a fraction of the smallest unit",
        [UNITS_OVERFLOW] = "is too large",
    };

    return reasons[result];
}
