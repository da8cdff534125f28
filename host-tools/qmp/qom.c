// SPDX-License-Identifier: MIT
// QEMU's object tree over QMP.
// Limits: one command a call. qapi/qom.json.
#include "qmp/qom.h"

static struct json_object *at(const char *path, const char *property)
{
    struct json_object *arguments = json_object_new_object();

    json_object_object_add(arguments, "path", json_object_new_string(path));
    if (property) {
        json_object_object_add(arguments, "property",
                               json_object_new_string(property));
    }
    return arguments;
}

bool qom_list(struct session *session, const char *path,
              struct deadline deadline, struct json_object **result,
              struct failure *failure)
{
    if (!session_execute(session, "qom-list", at(path, NULL), deadline, result,
                         failure)) {
        return false;
    }
    if (json_object_is_type(*result, json_type_array)) {
        return true;
    }
    json_object_put(*result);
    *result = NULL;
    return failure_set(failure, CODE_PROTOCOL,
                       "QEMU's answer to 'qom-list' is no array");
}

bool qom_get(struct session *session, const char *path, const char *property,
             struct deadline deadline, struct json_object **result,
             struct failure *failure)
{
    return session_execute(session, "qom-get", at(path, property), deadline,
                           result, failure);
}

bool qom_set(struct session *session, const char *path, const char *property,
             struct json_object *value, struct deadline deadline,
             struct failure *failure)
{
    struct json_object *arguments = at(path, property);

    json_object_object_add(arguments, "value", value);
    return session_execute(session, "qom-set", arguments, deadline, NULL,
                           failure);
}
