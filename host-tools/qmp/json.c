// SPDX-License-Identifier: MIT
// Strict JSON: a look at the characters first, then json-c's tokener.
// Limits: json-c alone would take single quotes, NaN, control characters in
// strings, clamp big integers, cut a key at \u0000 and keep the last of two
// members with one key; all of these are refused here.
#include "qmp/json.h"

#include <errno.h>
#include <json-c/json_visit.h>
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

// What json-c 0.16 takes on a 64-bit machine, rounded up: an object comes with
// room for 16 members, an array with room for 32 elements. Measured; the
// characters of a string or a number come on top.
enum {
    COST_OBJECT = 800,
    COST_ARRAY = 400,
    COST_MEMBER = 200,
    COST_STRING = 80,
    COST_NUMBER = 128,
    COST_OTHER = 32 // a comma (the place of an element), a letter of "true"
};

// The first look, from the beginning of a text to its end.
struct look {
    const char *text; // what is looked at next
    const char *end;
    size_t members; // the colons outside strings
    size_t cost;    // as json_cost tells it
    bool has_nul;   // the string that was looked at last, by \u0000
    const char *reason;
};

// A string from its opening quote on.
static void look_at_string(struct look *look)
{
    const char *text = look->text + 1;

    look->has_nul = false;
    for (; text < look->end && *text != '"'; text++) {
        if ((unsigned char)*text < 0x20) {
            break;
        }
        if (*text == '\\') {
            text++;
            look->has_nul = look->has_nul || (look->end - text >= 5 &&
                                              memcmp(text, "u0000", 5) == 0);
        }
    }
    if (text >= look->end || *text != '"') {
        look->reason = "a string with a control character or without an end";
        return;
    }
    look->cost += COST_STRING + (size_t)(text - look->text);
    look->text = text + 1;
}

static void look_at_number(struct look *look)
{
    const char *next = check_number(look->text, look->end, &look->reason);

    if (next) {
        look->cost += COST_NUMBER + (size_t)(next - look->text);
        look->text = next;
    }
}

static void look_at_mark(struct look *look)
{
    static const char allowed[] = "{}[]:, \t\r\ntruefalsn";
    const char mark = *look->text;

    if (mark == '\0' || !strchr(allowed, mark)) {
        look->reason = "a character that JSON has no use for";
        return;
    }
    if (mark == ':') {
        look->members++;
        look->cost += COST_MEMBER;
        if (look->has_nul) {
            look->reason = "a key with \\u0000 in it";
        }
    } else if (mark == '{' || mark == '[') {
        look->cost += mark == '{' ? COST_OBJECT : COST_ARRAY;
    } else if (!strchr("}] \t\r\n", mark)) {
        look->cost += COST_OTHER;
    }
    look->text++;
}

// Sees to it that there is nothing that json-c would take and RFC 8259 or
// this tool would not, but for a key that stands twice.
static void look_through(struct look *look)
{
    while (look->text < look->end && !look->reason) {
        if (*look->text == '"') {
            look_at_string(look);
        } else if (*look->text == '-' ||
                   (*look->text >= '0' && *look->text <= '9')) {
            look_at_number(look);
        } else {
            look_at_mark(look);
        }
    }
}

size_t json_cost(const char *text, size_t length)
{
    struct look look = {.text = text, .end = text + length};

    look_through(&look);
    return look.cost;
}

// NOLINTBEGIN(readability-non-const-parameter): a json_c_visit_userfunc
static int count_member(json_object *value, int flags, json_object *parent,
                        const char *key, size_t *index, void *count)
{
    (void)value;
    (void)parent;
    (void)index;
    // NOLINTEND(readability-non-const-parameter)
    // Objects and arrays are visited a second time, after their children.
    *(size_t *)count += key && !(flags & JSON_C_VISIT_SECOND);
    return JSON_C_VISIT_RETURN_CONTINUE;
}

// All members in a value, however deep.
static size_t count_members(struct json_object *value)
{
    size_t count = 0;

    json_c_visit(value, 0, count_member, &count);
    return count;
}

static bool only_white_space(const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n", *text)) {
        text++;
    }
    return text == end;
}

// By json-c's tokener, which the text goes to as a whole.
static struct json_object *tokenize(struct json_tokener *tokener,
                                    const char *text, size_t length,
                                    const char **reason)
{
    // Trailing characters are judged below, so that white space may follow.
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
                                        JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                        JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *value =
        json_tokener_parse_ex(tokener, text, (int)length);
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
    }
    return value;
}

struct json_object *json_parse(const char *text, size_t length,
                               const char **reason)
{
    struct look look = {.text = text, .end = text + length};

    look_through(&look);
    *reason = length > INT_MAX          ? "too long"
              : look.reason             ? look.reason
              : look.cost > JSON_MEMORY ? "more values than a message may have"
                                        : NULL;
    if (*reason) {
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
    if (!tokener) {
        *reason = "out of memory";
        return NULL;
    }
    struct json_object *value = tokenize(tokener, text, length, reason);
    json_tokener_free(tokener);
    // json-c has put the later of two members with one key in place of the
    // earlier, so that there are fewer members than colons.
    if (!*reason && count_members(value) != look.members) {
        *reason = "an object with a key that stands twice";
    }
    if (*reason) {
        json_object_put(value);
        value = NULL;
    }
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

    if (!json_object_is_type(value, json_type_string)) {
        return NULL;
    }
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text
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
