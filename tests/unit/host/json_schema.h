// SPDX-License-Identifier: MIT
// The subset of JSON Schema draft 07 that docs/verify-schema.json uses.
// Limits: an unknown keyword is a complaint, so the schema cannot state what is
// not checked.
#ifndef UNIT_HOST_JSON_SCHEMA_H
#define UNIT_HOST_JSON_SCHEMA_H

#include <json-c/json.h>
#include <regex.h>
#include <stdio.h>

#include "unit/checks.h"

// NULL, or the first mismatch and its place.
static const char *schema_complaint(struct json_object *root,
                                    struct json_object *schema,
                                    struct json_object *value,
                                    const char *where);

static const char *schema_says(const char *where, const char *what)
{
    static char text[256];

    snprintf(text, sizeof text, "%s: %s", where, what);
    return text;
}

static bool schema_is_type(struct json_object *value, const char *type)
{
    static const struct {
        const char *name;
        enum json_type type;
    } types[] = {
        {"object", json_type_object},   {"array", json_type_array},
        {"string", json_type_string},   {"integer", json_type_int},
        {"boolean", json_type_boolean}, {"null", json_type_null},
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, type) == 0) {
            return json_object_get_type(value) == types[i].type;
        }
    }
    fail_msg("the schema has the unknown type %s", type);
    return false;
}

static bool schema_fits_type(struct json_object *value,
                             struct json_object *types)
{
    if (json_object_is_type(types, json_type_string)) {
        return schema_is_type(value, json_object_get_string(types));
    }
    for (size_t i = 0; i < json_object_array_length(types); i++) {
        if (schema_is_type(value, json_object_get_string(
                                      json_object_array_get_idx(types, i)))) {
            return true;
        }
    }
    return false;
}

static bool schema_is_listed(struct json_object *value,
                             struct json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        if (json_object_equal(value, json_object_array_get_idx(list, i))) {
            return true;
        }
    }
    return false;
}

static bool schema_has_all(struct json_object *value,
                           struct json_object *required)
{
    for (size_t i = 0; i < json_object_array_length(required); i++) {
        if (!json_object_object_get_ex(
                value,
                json_object_get_string(json_object_array_get_idx(required, i)),
                NULL)) {
            return false;
        }
    }
    return true;
}

static bool schema_matches(struct json_object *value, const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool ok = regexec(&regex, json_object_get_string(value), 0, NULL, 0) == 0;
    regfree(&regex);
    return ok;
}

static const char *schema_members(struct json_object *root,
                                  struct json_object *properties,
                                  struct json_object *value, const char *where)
{
    char path[128];

    json_object_object_foreach(value, name, member)
    {
        struct json_object *schema;
        snprintf(path, sizeof path, "%s.%s", where, name);
        if (!json_object_object_get_ex(properties, name, &schema)) {
            return schema_says(path, "is not described");
        }
        const char *what = schema_complaint(root, schema, member, path);
        if (what) {
            return what;
        }
    }
    return NULL;
}

static const char *schema_items(struct json_object *root,
                                struct json_object *schema,
                                struct json_object *value, const char *where)
{
    char path[128];

    for (size_t i = 0; i < json_object_array_length(value); i++) {
        snprintf(path, sizeof path, "%s[%zu]", where, i);
        const char *what = schema_complaint(
            root, schema, json_object_array_get_idx(value, i), path);
        if (what) {
            return what;
        }
    }
    return NULL;
}

// "#/definitions/NAME".
static struct json_object *schema_of_ref(struct json_object *root,
                                         const char *ref)
{
    struct json_object *all = json_object_object_get(root, "definitions");
    struct json_object *schema =
        json_object_object_get(all, strrchr(ref, '/') + 1);

    assert_non_null(schema);
    return schema;
}

static bool schema_explains(const char *name)
{
    return strcmp(name, "description") == 0 || strcmp(name, "title") == 0 ||
           strcmp(name, "$schema") == 0 || strcmp(name, "definitions") == 0;
}

// The complaint of one keyword about the value.
static const char *schema_keyword(struct json_object *root, const char *name,
                                  struct json_object *rule,
                                  struct json_object *value, const char *where)
{
    bool ok = true;

    if (strcmp(name, "$ref") == 0) {
        return schema_complaint(
            root, schema_of_ref(root, json_object_get_string(rule)), value,
            where);
    }
    if (strcmp(name, "properties") == 0) {
        return schema_members(root, rule, value, where);
    }
    if (strcmp(name, "items") == 0) {
        return schema_items(root, rule, value, where);
    }
    if (strcmp(name, "type") == 0) {
        ok = schema_fits_type(value, rule);
    } else if (strcmp(name, "const") == 0) {
        ok = json_object_equal(value, rule);
    } else if (strcmp(name, "enum") == 0) {
        ok = schema_is_listed(value, rule);
    } else if (strcmp(name, "required") == 0) {
        ok = schema_has_all(value, rule);
    } else if (strcmp(name, "pattern") == 0) {
        ok = schema_matches(value, json_object_get_string(rule));
    } else if (strcmp(name, "minimum") == 0) {
        ok = json_object_get_int64(value) >= json_object_get_int64(rule);
    } else if (strcmp(name, "minItems") == 0) {
        ok = (int64_t)json_object_array_length(value) >=
             json_object_get_int64(rule);
    } else if (!schema_explains(name)) {
        fail_msg("the schema has the unknown keyword %s", name);
    }
    return ok ? NULL : schema_says(where, name);
}

static const char *schema_complaint(struct json_object *root,
                                    struct json_object *schema,
                                    struct json_object *value,
                                    const char *where)
{
    json_object_object_foreach(schema, name, rule)
    {
        const char *what = schema_keyword(root, name, rule, value, where);
        if (what) {
            return what;
        }
    }
    return NULL;
}

#endif
