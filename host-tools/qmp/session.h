// SPDX-License-Identifier: MIT
// A QMP session: greeting, capabilities, one command at a time, events in
// between. QEMU, docs/interop/qmp-spec.rst (7.2: qmp-spec.txt).
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
// GREETING   | the greeting came             | NEGOTIATE
// NEGOTIATE  | qmp_capabilities was accepted | READY
// READY      | a command is sent             | BUSY
// BUSY       | its reply or its error came   | READY
// BUSY       | its deadline passed, or no    | READY (id: swallow later)
//            | answer came after SHUTDOWN    |
// all but CLOSED | EOF, garbage, half a write | BROKEN
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
    SESSION_NOTE,     // the session says what it did: dropped an unknown id...
};

// `when` is in nanoseconds since session_open; text is one message without
// its line end, foreign bytes unchanged, valid only during the call.
typedef void session_transcript(void *context, enum session_direction direction,
                                int64_t when, const char *text, size_t length);

struct session;

// Connects to `address` (qmp/address.h), waiting for room in the monitor's
// queue of clients. CODE_USAGE for an address that makes no sense,
// CODE_CANNOT_CONNECT, CODE_MONITOR_BUSY: there was no room until the deadline,
// with the same text as below; CODE_TIMEOUT: another host does not answer. *fd
// is CLOEXEC, non-blocking.
MUST_USE bool session_connect(struct loop *loop, const char *address,
                              struct deadline deadline, int *fd,
                              struct failure *failure);

// Starts a session on a connected stream socket and takes the fd over, also
// when it fails. Waits for the greeting and negotiates.
// CODE_MONITOR_BUSY: not a byte until the deadline; the text says why, and
// names the process that holds the monitor and QEMU's, as far as this host
// shows them. CODE_PROTOCOL: what came is not QMP (HMP is named), or no
// greeting. CODE_QEMU_DIED: EOF.
// `transcript` may be NULL.
MUST_USE struct session *session_open(struct loop *loop, int fd,
                                      struct deadline deadline,
                                      session_transcript *transcript,
                                      void *context, struct failure *failure);

// NULL is allowed. Sends nothing: QEMU does not notice more than an EOF.
void session_close(struct session *session);

enum session_state session_state(const struct session *session);

// "7.2.22", from the greeting.
const char *session_qemu_version(const struct session *session);

// The process that listens at the other end of a unix socket, or made the
// socket for somebody else; 0 where nobody can tell.
pid_t session_peer(const struct session *session);

// Sends a command and waits for its answer. `arguments` may be NULL; the
// reference is taken over in every case. *result (when wanted, result != NULL)
// is the value of "return", the caller's to put.
// CODE_PROTOCOL: QEMU refused (error_class is set, the text has command, class
// and desc) or spoke nonsense. CODE_TIMEOUT: the command may still be carried
// out; its late reply is swallowed and the session goes on. CODE_QEMU_DIED:
// EOF. The code of a signal: as a timeout.
MUST_USE bool session_execute(struct session *session, const char *command,
                              struct json_object *arguments,
                              struct deadline deadline,
                              struct json_object **result,
                              struct failure *failure);

// The events that came so far; the queue is the session's.
struct events *session_events(struct session *session);

#endif
