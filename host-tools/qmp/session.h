// SPDX-License-Identifier: MIT
// A QMP session: greeting, capabilities, one command at a time, and events at
// any time. QEMU, docs/interop/qmp-spec.rst (7.2: qmp-spec.txt).
// Limits: no out-of-band commands; a message has at most FRAMER_LIMIT bytes.
#ifndef QMP_SESSION_H
#define QMP_SESSION_H

#include <json-c/json.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/deadline.h"
#include "base/failure.h"
#include "base/loop.h"
#include "qmp/events.h"

// State      | what happens                  | next
// -----------+-------------------------------+-----------
// CLOSED     | session_open                  | GREETING
// GREETING   | the greeting arrives          | NEGOTIATE
// NEGOTIATE  | qmp_capabilities is accepted  | READY
// READY      | a command is sent             | BUSY
// BUSY       | the reply or error arrives    | READY
// BUSY       | the deadline passes, or no    | READY (a late reply to
//            | answer comes after SHUTDOWN   | this id is ignored)
// all but CLOSED | EOF, garbage, part of a   | BROKEN
//            | command at the deadline       |
// all        | session_close                 | CLOSED
enum session_state {
    SESSION_CLOSED,
    SESSION_GREETING,
    SESSION_NEGOTIATE,
    SESSION_READY,
    SESSION_BUSY,
    SESSION_BROKEN,
};

enum session_direction {
    SESSION_SENT,     // the tool to QEMU
    SESSION_RECEIVED, // QEMU to the tool
    SESSION_NOTE,     // an action of the session: it dropped an unknown id, ...
};

// `when` is in nanoseconds since session_open. `text` is one message without
// its line end, not escaped; it is valid only during the call.
typedef void session_transcript(void *context, enum session_direction direction,
                                int64_t when, const char *text, size_t length);

struct session;

// Connects to `address` (qmp/address.h), and waits for room in the monitor's
// queue of clients. *fd is CLOEXEC and non-blocking. CODE_USAGE: invalid
// address. CODE_CANNOT_CONNECT. CODE_MONITOR_BUSY: no room until the deadline,
// with the same text as below. CODE_TIMEOUT: another host does not answer.
MUST_USE bool session_connect(struct loop *loop, const char *address,
                              struct deadline deadline, int *fd,
                              struct failure *failure);

// Starts a session on a connected stream socket. Waits for the greeting and
// negotiates. Takes over the fd, also on failure. `transcript` may be NULL.
// CODE_MONITOR_BUSY: not a byte until the deadline; the text has the reason,
// QEMU's process and the process that holds the monitor, if this host shows
// them. CODE_PROTOCOL: no greeting, or not QMP (the text names HMP).
// CODE_QEMU_DIED: EOF.
MUST_USE struct session *session_open(struct loop *loop, int fd,
                                      struct deadline deadline,
                                      session_transcript *transcript,
                                      void *context, struct failure *failure);

// NULL is allowed. Sends nothing: QEMU sees only an EOF.
void session_close(struct session *session);

enum session_state session_state(const struct session *session);

// "7.2.22", from the greeting.
const char *session_qemu_version(const struct session *session);

// The process that listens at the other end of a unix socket, or that created
// the socket for another process; 0: unknown.
pid_t session_peer(const struct session *session);

// Sends a command and waits for its answer. `arguments` may be NULL; the
// reference is taken over in every case. *result (`result` may be NULL) is the
// value of "return"; the caller owns the reference.
// CODE_PROTOCOL: QEMU refused (error_class is set, the text has command, class
// and desc) or broke the protocol. CODE_TIMEOUT: the command may still be
// executed; its late reply is ignored and the session continues.
// CODE_QEMU_DIED: EOF. The code of a signal: as for a timeout.
MUST_USE bool session_execute(struct session *session, const char *command,
                              struct json_object *arguments,
                              struct deadline deadline,
                              struct json_object **result,
                              struct failure *failure);

// The events received so far; the session owns the queue.
struct events *session_events(struct session *session);

#endif
