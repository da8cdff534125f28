// SPDX-License-Identifier: MIT
// Strict parsing of one JSON value, and access to members with a type check.
// Limits: JSON_DEPTH levels, JSON_MEMORY bytes. An integer outside
// -2^63..2^64-1 makes the whole text invalid, because json-c would clamp it
// silently. So does a duplicate key in an object, or a key with \u0000: json-c
// would lose a member or the end of the key. RFC 8259; json-c's tokener in
// strict mode plus the checks that it lacks.
#ifndef QMP_JSON_H
#define QMP_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

enum {
    JSON_DEPTH = 64,
    // The limit for a value, by json_cost. QEMU's largest answer to a command
    // of this tool, query-cpus-fast with 4096 virtual CPUs, needs half of it.
    JSON_MEMORY = 32 * 1024 * 1024
};

// An upper bound of the memory for the parsed text, in bytes. Invalid text is
// counted up to the error. An array of empty objects needs about 270 times the
// length of its text.
size_t json_cost(const char *text, size_t length);

// Parses a text of exactly one value, with white space allowed around it. NULL
// on any error; *reason then points to a constant text. The caller owns the
// value: json_object_put(). "null" counts as an error, since json-c represents
// it by a NULL pointer.
MUST_USE struct json_object *json_parse(const char *text, size_t length,
                                        const char **reason);

// AUTO_JSON before the declaration of a variable releases its value at the end
// of the variable's scope. The declaration must initialize it (NULL: no value).
static inline void json_put(struct json_object **value)
{
    json_object_put(*value);
}
#define AUTO_JSON __attribute__((cleanup(json_put)))

// The member, of any type, as an object or as a string. NULL when it is
// missing or of another type (a string that contains a NUL is no C string), or
// when `object` is no object. Valid as long as `object`.
struct json_object *json_member(struct json_object *object, const char *name);
struct json_object *json_member_object(struct json_object *object,
                                       const char *name);
const char *json_member_string(struct json_object *object, const char *name);

enum json_integer {
    JSON_INTEGER_OK,
    JSON_INTEGER_NEGATIVE, // an integer below zero: *out is 1 for -1, and so on
    JSON_INTEGER_WRONG,    // missing, a fraction, or no number
};

// Reads 0..2^64-1, exactly. `value` may be NULL (missing).
enum json_integer json_uint64(struct json_object *value, uint64_t *out);

#endif
