// SPDX-License-Identifier: MIT
// Words, numbers and sizes in text of known length. Pure.
#include "base/slice.h"

#include <string.h>

bool span_is(struct span span, const char *word)
{
    return strlen(word) == span.length &&
           memcmp(span.text, word, span.length) == 0;
}

bool span_cut(struct span *span, char at, struct span *rest)
{
    const char *found = memchr(span->text, at, span->length);

    *rest = (struct span){span->text + span->length, 0};
    if (!found) {
        return false;
    }
    rest->text = found + 1;
    rest->length = (size_t)(span->text + span->length - rest->text);
    span->length = (size_t)(found - span->text);
    return true;
}

struct span span_word(const char **text)
{
    static const char blanks[] = " \t\r\n";
    struct span word;

    *text += strspn(*text, blanks);
    word = (struct span){*text, strcspn(*text, blanks)};
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

enum error span_number(struct span span, uint64_t max, uint64_t *value)
{
    uint64_t base = 10;

    if (span.length > 2 && span.text[0] == '0' && span.text[1] == 'x') {
        span = (struct span){span.text + 2, span.length - 2};
        base = 16;
    }
    if (span.length == 0) {
        return ERR_INVALID;
    }
    *value = 0;
    for (size_t i = 0; i < span.length; i++) {
        uint64_t digit = (uint64_t)digit_of(span.text[i]);

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
static uint64_t cut_unit(struct span *span)
{
    static const char prefixes[] = "KMGT";
    size_t at = span->length;
    uint64_t thousand = 1024;
    uint64_t unit = 1;

    if (at > 1 && is_letter(span->text[at - 1], 'B')) {
        at--;
        thousand = is_letter(span->text[at - 1], 'I') ? 1024 : 1000;
        at -= thousand == 1024;
    }
    for (size_t i = 0; at > 0 && prefixes[i]; i++) {
        unit *= thousand;
        if (is_letter(span->text[at - 1], prefixes[i])) {
            span->length = at - 1;
            return unit;
        }
    }
    return 1;
}

// unit * 0.d1d2d3..., rounded down: (d1*unit + (d2*unit + ...)/10)/10 is exact
// for any number of digits.
static enum error span_part(struct span digits, uint64_t unit, uint64_t *part)
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

enum error span_size(struct span span, uint64_t max, uint64_t *bytes)
{
    const uint64_t unit = cut_unit(&span);
    struct span fraction;
    uint64_t part = 0;
    enum error error = OK;

    if (span_cut(&span, '.', &fraction)) {
        error = span_part(fraction, unit, &part);
    }
    if (error == OK) {
        error = span_number(span, max / unit, bytes);
    }
    if (error == OK && *bytes * unit > max - part) {
        error = ERR_RANGE;
    }
    if (error == OK) {
        *bytes = *bytes * unit + part;
    }
    return error;
}

void span_copy(struct span span, char *to, size_t bytes)
{
    const size_t length = span.length < bytes ? span.length : bytes - 1;

    memcpy(to, span.text, length);
    to[length] = '\0';
}
