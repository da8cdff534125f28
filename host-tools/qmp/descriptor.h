// SPDX-License-Identifier: MIT
// Passing an open file to QEMU through its monitor. QEMU, qapi/misc.json,
// getfd; unix(7), SCM_RIGHTS.
// Limits: monitors on unix sockets of this host.
#ifndef QMP_DESCRIPTOR_H
#define QMP_DESCRIPTOR_H

#include "base/attributes.h"
#include "base/deadline.h"
#include "base/failure.h"
#include "qmp/session.h"

// QEMU gets a duplicate of `fd` under the name `name`, as in "fd:NAME". The
// caller's `fd` stays open. CODE_HOST when the socket does not accept the
// descriptor; other failures as of session_execute.
MUST_USE bool descriptor_give(struct session *session, int fd, const char *name,
                              struct deadline deadline,
                              struct failure *failure);

#endif
