// SPDX-License-Identifier: MIT
// QEMU's object tree over QMP: list, get, set. qapi/qom.json.
// Limits: one command a call, with the caller's deadline.
#ifndef QMP_QOM_H
#define QMP_QOM_H

#include "qmp/session.h"

// qom-list: an array of {"name":..., "type":...}; the caller owns the
// reference.
MUST_USE bool qom_list(struct session *session, const char *path,
                       struct deadline deadline, struct json_object **result,
                       struct failure *failure);
MUST_USE bool qom_get(struct session *session, const char *path,
                      const char *property, struct deadline deadline,
                      struct json_object **result, struct failure *failure);
// Takes over the reference to `value`.
MUST_USE bool qom_set(struct session *session, const char *path,
                      const char *property, struct json_object *value,
                      struct deadline deadline, struct failure *failure);

#endif
