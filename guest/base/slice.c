// SPDX-License-Identifier: MIT
// Words, numbers and sizes in text of known length. Pure.
#include "base/slice.h"

#include <string.h>

bool slice_is(struct slice slice, const char *word)
{
    return strlen(word) == slice.length &&
           memcmp(slice.text, word, slice.length) == 0;
}

bool slice_cut(struct slice *slice, char at, struct slice *rest)
{
    const char *found = memchr(slice->text, at, slice->length);

    *rest = (struct slice){slice->text + slice->length, 0};
    if (!found) {
        return false;
    }
    rest->text = found + 1;
    rest->length = (size_t)(slice->text + slice->length - rest->text);
    slice->length = (size_t)(found - slice->text);
    return true;
}

struct slice slice_word(const char **text)
{
    static const char blanks[] = " \t\r\n";
    struct slice word;

    *text += strspn(*text, blanks);
    word = (struct slice){*text, strcspn(*text, blanks)};
    *text += word.length;
    return word;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 16;
}

enum error slice_number(struct slice slice, uint64_t max, uint64_t *value)
{
    uint64_t base = 10;

    if (slice.length > 2 && slice.text[0] == '0' && slice.text[1] == 'x') {
        slice = (struct slice){slice.text + 2, slice.length - 2};
        base = 16;
    }
    if (slice.length == 0) {
        return ERR_INVALID;
    }
    *value = 0;
    for (size_t i = 0; i < slice.length; i++) {
        uint64_t digit = (uint64_t)digit_of(slice.text[i]);

        if (digit >= base) {
            return ERR_INVALID;
        }
        if (digit > max || *value > (max - digit) / base) {
            return ERR_RANGE;
        }
        *value = *value * base + digit;
    }
    return OK;
}

static bool is_letter(char c, char upper)
{
    return c == upper || c == upper - 'A' + 'a';
}

// Cuts a size's unit off its end; returns the unit in bytes, 1 for none. A
// single B is no unit, since it may be a hexadecimal digit.
static uint64_t cut_unit(struct slice *slice)
{
    static const char prefixes[] = "KMGT";
    size_t at = slice->length;
    uint64_t thousand = 1024;
    uint64_t unit = 1;

    if (at > 1 && is_letter(slice->text[at - 1], 'B')) {
        at--;
        thousand = is_letter(slice->text[at - 1], 'I') ? 1024 : 1000;
        at -= thousand == 1024;
    }
    for (size_t i = 0; at > 0 && prefixes[i]; i++) {
        unit *= thousand;
        if (is_letter(slice->text[at - 1], prefixes[i])) {
            slice->length = at - 1;
            return unit;
        }
    }
    return 1;
}

// unit * 0.d1d2d3..., rounded down: (d1*unit + (d2*unit + ...)/10)/10 is exact
// for any number of digits.
static enum error slice_part(struct slice digits, uint64_t unit, uint64_t *part)
{
    if (digits.length == 0 || unit == 1) {
        return ERR_INVALID;
    }
    *part = 0;
    for (size_t i = digits.length; i > 0; i--) {
        const uint64_t digit = (uint64_t)digit_of(digits.text[i - 1]);

        if (digit >= 10) {
            return ERR_INVALID;
        }
        *part = (digit * unit + *part) / 10;
    }
    return OK;
}

enum error slice_size(struct slice slice, uint64_t max, uint64_t *bytes)
{
    const uint64_t unit = cut_unit(&slice);
    struct slice fraction;
    uint64_t part = 0;
    enum error error = OK;

    if (slice_cut(&slice, '.', &fraction)) {
        error = slice_part(fraction, unit, &part);
    }
    if (error == OK) {
        error = slice_number(slice, max / unit, bytes);
    }
    if (error == OK && *bytes * unit > max - part) {
        error = ERR_RANGE;
    }
    if (error == OK) {
        *bytes = *bytes * unit + part;
    }
    return error;
}

void slice_copy(struct slice slice, char *to, size_t bytes)
{
    const size_t length = slice.length < bytes ? slice.length : bytes - 1;

    memcpy(to, slice.text, length);
    to[length] = '\0';
}
