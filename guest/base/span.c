// SPDX-License-Identifier: MIT
// Words and numbers in text of known length. Pure.
#include "base/span.h"

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

// The power of two that a size's last letter stands for; 0: it is none.
static unsigned unit_of(char letter)
{
    switch (letter) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    default:
        return 0;
    }
}

enum error span_size(struct span span, uint64_t max, uint64_t *bytes)
{
    const unsigned unit =
        span.length > 0 ? unit_of(span.text[span.length - 1]) : 0;

    span.length -= unit != 0;
    const enum error error = span_number(span, max >> unit, bytes);

    if (error == OK) {
        *bytes <<= unit;
    }
    return error;
}

void span_copy(struct span span, char *to, size_t bytes)
{
    const size_t length = span.length < bytes ? span.length : bytes - 1;

    memcpy(to, span.text, length);
    to[length] = '\0';
}
