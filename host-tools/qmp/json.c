// SPDX-License-Identifier: MIT
// Strict JSON: a look at the characters first, then json-c's tokener.
// Limits: json-c alone would take single quotes, NaN, control characters in
// strings, and clamp big integers; the first look refuses all of these.
#include "qmp/json.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *digits_end(const char *text, const char *end)
{
    while (text < end && *text >= '0' && *text <= '9') {
        text++;
    }
    return text;
}

// The end of the integer part, the fraction and the exponent (RFC 8259, 6);
// NULL: it has not that form. *whole: there was neither of the latter two.
static const char *number_end(const char *text, const char *end, bool *whole)
{
    const char *digits = text + (*text == '-');
    const char *next = digits_end(digits, end);

    if (next == digits || (*digits == '0' && next - digits > 1)) {
        return NULL;
    }
    *whole = true;
    if (next < end && *next == '.') {
        *whole = false;
        digits = next + 1;
        next = digits_end(digits, end);
        if (next == digits) {
            return NULL;
        }
    }
    if (next < end && (*next == 'e' || *next == 'E')) {
        *whole = false;
        digits = next + 1;
        digits += digits < end && (*digits == '+' || *digits == '-');
        next = digits_end(digits, end);
        if (next == digits) {
            return NULL;
        }
    }
    return next;
}

// Whether the bare integer between the two fits in -2^63..2^64-1. What has a
// "." or an "e" becomes a double, which no reader of integers accepts.
static bool integer_fits(const char *text, const char *end)
{
    char digits[24]; // "-" and 20 digits are the longest that can fit
    size_t length = (size_t)(end - text);

    if (length >= sizeof digits) {
        return false;
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    errno = 0;
    if (digits[0] == '-') {
        (void)strtoll(digits, NULL, 10);
    } else {
        (void)strtoull(digits, NULL, 10);
    }
    return errno != ERANGE;
}

// The end of the number at `text`; NULL with a *reason.
static const char *check_number(const char *text, const char *end,
                                const char **reason)
{
    bool whole = true;
    const char *next = number_end(text, end, &whole);

    if (!next) {
        *reason = "a malformed number";
    } else if (whole && !integer_fits(text, next)) {
        *reason = "an integer that does not fit in 64 bits";
        next = NULL;
    }
    return next;
}

// The end of the string that opens at `text`; NULL: it has a control
// character in it or no end.
static const char *string_end(const char *text, const char *end)
{
    for (text++; text < end && *text != '"'; text++) {
        if ((unsigned char)*text < 0x20) {
            return NULL;
        }
        if (*text == '\\' && ++text == end) {
            return NULL;
        }
    }
    return text < end ? text + 1 : NULL;
}

// NULL: nothing that json-c would take and RFC 8259 or we would not.
static const char *first_look(const char *text, const char *end)
{
    static const char allowed[] = "{}[]:, \t\r\ntruefalsn";
    const char *reason = NULL;

    while (text < end && !reason) {
        if (*text == '"') {
            text = string_end(text, end);
            if (!text) {
                return "a string with a control character or without an end";
            }
        } else if (*text == '-' || (*text >= '0' && *text <= '9')) {
            text = check_number(text, end, &reason);
        } else if (*text == '\0' || !strchr(allowed, *text)) {
            reason = "a character that JSON has no use for";
        } else {
            text++;
        }
    }
    return reason;
}

static bool only_white_space(const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n", *text)) {
        text++;
    }
    return text == end;
}

struct json_object *json_parse(const char *text, size_t length,
                               const char **reason)
{
    struct json_object *value;

    *reason = length > INT_MAX ? "too long" : first_look(text, text + length);
    if (*reason) {
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
    if (!tokener) {
        *reason = "out of memory";
        return NULL;
    }
    // Trailing characters are judged below, so that white space may follow.
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
                                        JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                        JSON_TOKENER_VALIDATE_UTF8);
    value = json_tokener_parse_ex(tokener, text, (int)length);
    size_t end = json_tokener_get_parse_end(tokener);
    if (json_tokener_get_error(tokener) == json_tokener_continue) {
        // A bare number could go on: only a NUL tells json-c that it doesn't.
        value = json_tokener_parse_ex(tokener, "", 1);
        end = length;
    }
    if (!value) {
        enum json_tokener_error error = json_tokener_get_error(tokener);
        *reason = error == json_tokener_success
                      ? "null"
                      : json_tokener_error_desc(error);
    } else if (!only_white_space(text + end, text + length)) {
        *reason = "something follows the value";
        json_object_put(value);
        value = NULL;
    }
    json_tokener_free(tokener);
    return value;
}

struct json_object *json_member(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;

    if (json_object_is_type(object, json_type_object)) {
        json_object_object_get_ex(object, name, &value);
    }
    return value;
}

struct json_object *json_member_object(struct json_object *object,
                                       const char *name)
{
    struct json_object *value = json_member(object, name);

    return json_object_is_type(value, json_type_object) ? value : NULL;
}

const char *json_member_string(struct json_object *object, const char *name)
{
    struct json_object *value = json_member(object, name);

    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

enum json_integer json_uint64(struct json_object *value, uint64_t *out)
{
    if (!json_object_is_type(value, json_type_int)) {
        return JSON_INTEGER_WRONG;
    }
    // Above INT64_MAX get_int64 clamps to INT64_MAX, so only what is truly
    // negative comes out negative.
    int64_t number = json_object_get_int64(value);
    if (number < 0) {
        *out = -(uint64_t)number;
        return JSON_INTEGER_NEGATIVE;
    }
    *out = json_object_get_uint64(value);
    return JSON_INTEGER_OK;
}
