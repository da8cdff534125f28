// SPDX-License-Identifier: MIT
// query-balloon, balloon, and the machine's RAM.
// Limits: one command a call. QEMU, qapi/machine.json.
#include "balloon/size_query.h"

#include <string.h>

#include "qmp/json.h"
#include "qmp/qom.h"

static bool wrong(const char *command, const char *member,
                  struct failure *failure)
{
    return failure_set(failure, CODE_PROTOCOL,
                       "QEMU's answer to '%s' has no good '%s'", command,
                       member);
}

bool balloon_actual(const struct balloon *balloon, int64_t *actual,
                    struct failure *failure)
{
    AUTO_JSON struct json_object *answer = NULL;
    uint64_t number = 0;

    if (!session_execute(balloon->session, "query-balloon", NULL,
                         balloon->deadline, &answer, failure)) {
        return false;
    }
    enum json_integer kind =
        json_uint64(json_member(answer, "actual"), &number);
    if (kind == JSON_INTEGER_WRONG || number > INT64_MAX) {
        return wrong("query-balloon", "actual", failure);
    }
    *actual =
        kind == JSON_INTEGER_NEGATIVE ? -(int64_t)number : (int64_t)number;
    return true;
}

// QEMU measures a target from the base memory plus the DIMMs; other memory
// devices do not count.
static bool add_dimms(struct json_object *list, uint64_t *sum)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        const char *type = json_member_string(one, "type");
        uint64_t size = 0;
        if (!type || strcmp(type, "dimm") != 0) {
            continue;
        }
        if (json_uint64(json_member(json_member(one, "data"), "size"), &size) !=
                JSON_INTEGER_OK ||
            size > INT64_MAX - *sum) {
            return false;
        }
        *sum += size;
    }
    return true;
}

static bool dimms(const struct balloon *balloon, uint64_t *ram,
                  struct failure *failure)
{
    AUTO_JSON struct json_object *list = NULL;

    if (!session_execute(balloon->session, "query-memory-devices", NULL,
                         balloon->deadline, &list, failure)) {
        return false;
    }
    return (json_object_is_type(list, json_type_array) &&
            add_dimms(list, ram)) ||
           wrong("query-memory-devices", "size", failure);
}

bool balloon_ram(const struct balloon *balloon, uint64_t *ram,
                 struct failure *failure)
{
    static const char command[] = "query-memory-size-summary";
    AUTO_JSON struct json_object *answer = NULL;

    *ram = 0;
    if (!session_execute(balloon->session, command, NULL, balloon->deadline,
                         &answer, failure)) {
        return false;
    }
    if (json_uint64(json_member(answer, "base-memory"), ram) !=
            JSON_INTEGER_OK ||
        *ram == 0 || *ram > INT64_MAX) {
        return wrong(command, "base-memory", failure);
    }
    return dimms(balloon, ram, failure);
}

bool balloon_set_target(const struct balloon *balloon, uint64_t value,
                        struct failure *failure)
{
    struct json_object *arguments = json_object_new_object();

    json_object_object_add(arguments, "value", json_object_new_uint64(value));
    return session_execute(balloon->session, "balloon", arguments,
                           balloon->deadline, NULL, failure);
}

bool balloon_offers(const struct balloon *balloon, const char *property,
                    bool *offered, struct failure *failure)
{
    AUTO_JSON struct json_object *value = NULL;

    *offered = false;
    if (!qom_get(balloon->session, balloon->device.path, property,
                 balloon->deadline, &value, failure)) {
        return failure->error_class[0]; // refused: it has no such property
    }
    *offered = json_object_get_boolean(value);
    return true;
}
