// SPDX-License-Identifier: MIT
// Strict JSON: a look at the characters first, then json-c's tokener.
// Limits: json-c alone would take single quotes, NaN, control characters in
// strings, and clamp big integers; the first look refuses all of these.
#include "qmp/json.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

// The number at `text`, which ends before `end`; *next gets its end. Only bare
// integers are judged: what has "." or "e" becomes a double, which no reader
// of integers accepts.
static bool integer_fits(const char *text, const char *end, const char **next)
{
    static const char number_bytes[] = "0123456789+-.eE";
    char digits[24]; // "-" and 20 digits are the longest that can fit
    size_t length = 0;
    bool fraction = false;

    while (text + length < end && text[length] &&
           strchr(number_bytes, text[length])) {
        fraction = fraction || strchr(".eE", text[length]);
        length++;
    }
    *next = text + length;
    if (fraction) {
        return true;
    }
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

    while (text < end) {
        if (*text == '"') {
            text = string_end(text, end);
            if (!text) {
                return "a string with a control character or without an end";
            }
        } else if (*text == '-' || (*text >= '0' && *text <= '9')) {
            if (!integer_fits(text, end, &text)) {
                return "an integer that does not fit in 64 bits";
            }
        } else if (*text == '\0' || !strchr(allowed, *text)) {
            return "a character that JSON has no use for";
        } else {
            text++;
        }
    }
    return NULL;
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
