// SPDX-License-Identifier: MIT
// One JSON value read strictly, and members read with their types checked.
// Limits: JSON_DEPTH levels, JSON_MEMORY bytes; a bare integer outside
// -2^63..2^64-1 makes the whole text invalid, because json-c would clamp it
// without a word, and so does a key that stands twice in one object or has a
// \u0000 in it, because json-c would lose members or ends of keys.
// RFC 8259; json-c's tokener in strict mode plus the checks that it lacks.
#ifndef QMP_JSON_H
#define QMP_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

enum {
    JSON_DEPTH = 64,
    // What a value may take, by json_cost. QEMU's largest answer to a command
    // of this tool, query-cpus-fast with 4096 virtual CPUs, takes half of it.
    JSON_MEMORY = 32 * 1024 * 1024
};

// The bytes of memory that the parsed text takes at most. Text of no value at
// all counts up to where it goes wrong. An array of empty objects takes some
// 270 times the length of its text.
size_t json_cost(const char *text, size_t length);

// Parses exactly one value that fills the text (white space around it is
// fine). NULL on any error; *reason then points to a constant text. The value
// is the caller's: json_object_put(). "null" counts as an error, since it has
// no object to show for itself.
MUST_USE struct json_object *json_parse(const char *text, size_t length,
                                        const char **reason);

// The member as an object or a string; NULL when it is missing or is
// something else (a string with a NUL in it has no C string to show), or when
// `object` is no object. Borrowed from `object`.
struct json_object *json_member(struct json_object *object, const char *name);
struct json_object *json_member_object(struct json_object *object,
                                       const char *name);
const char *json_member_string(struct json_object *object, const char *name);

enum json_integer {
    JSON_INTEGER_OK,
    JSON_INTEGER_NEGATIVE, // an integer below zero: *out is 1 for -1, and so on
    JSON_INTEGER_WRONG,    // missing, a fraction, or no number at all
};

// 0..2^64-1, exact. `value` may be an object that is not there (NULL).
enum json_integer json_uint64(struct json_object *value, uint64_t *out);

#endif
