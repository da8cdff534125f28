// SPDX-License-Identifier: MIT
// Strict JSON: a check of the characters first, then json-c's tokener.
// json-c alone would accept single quotes, NaN and control characters in
// strings, clamp big integers, cut a key at \u0000 and keep the last of two
// members with the same key; all of these are refused here.
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

// The end of the number: integer part, fraction, exponent (RFC 8259, 6). NULL:
// malformed. *whole: there is no fraction and no exponent.
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

// Whether the integer from `text` to `end` fits in -2^63..2^64-1. A number with
// "." or "e" becomes a double, which no reader of integers accepts.
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

// The memory that json-c 0.16 uses on a 64-bit machine, measured and rounded
// up: a new object has room for 16 members, an array for 32 elements. The
// characters of a string or a number are added.
enum {
    COST_OBJECT = 800,
    COST_ARRAY = 400,
    COST_MEMBER = 200,
    COST_STRING = 80,
    COST_NUMBER = 128,
    COST_OTHER = 32 // a comma (for an array element), a letter of "true"
};

// The state of the first check, which reads the text once.
struct look {
    const char *text; // the next character
    const char *end;
    size_t members; // colons outside strings
    size_t cost;    // the result of json_cost
    bool has_nul;   // the last string contains \u0000
    const char *reason;
};

// Checks a string, from its opening quote.
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
        look->reason = "a character that JSON does not have";
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

// Refuses text that json-c accepts but RFC 8259 or this tool does not, except
// for a duplicate key.
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

// The number of members in a value, at all levels.
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

// Parses the whole text with json-c's tokener.
static struct json_object *tokenize(struct json_tokener *tokener,
                                    const char *text, size_t length,
                                    const char **reason)
{
    // Trailing characters are checked below, so that white space may follow.
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
                                        JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                        JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *value =
        json_tokener_parse_ex(tokener, text, (int)length);
    size_t end = json_tokener_get_parse_end(tokener);
    if (json_tokener_get_error(tokener) == json_tokener_continue) {
        // A number could continue: only a NUL tells json-c that it ends here.
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
              : look.cost > JSON_MEMORY ? "a message that takes too much memory"
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
    // Of two members with the same key, json-c has kept the later one only:
    // then there are fewer members than colons.
    if (!*reason && count_members(value) != look.members) {
        *reason = "an object with a key twice";
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
    // get_int64 clamps larger values to INT64_MAX, so the result is negative
    // only for a negative number.
    int64_t number = json_object_get_int64(value);
    if (number < 0) {
        *out = -(uint64_t)number;
        return JSON_INTEGER_NEGATIVE;
    }
    *out = json_object_get_uint64(value);
    return JSON_INTEGER_OK;
}
