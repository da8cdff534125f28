// SPDX-License-Identifier: MIT
// The inside of a session, shared by qmp/session*.c, qmp/connect.c and
// qmp/descriptor.c.
#ifndef QMP_SESSION_INTERNAL_H
#define QMP_SESSION_INTERNAL_H

#include <sys/socket.h>

#include "base/buffer.h"
#include "qmp/framer.h"
#include "qmp/session.h"

enum {
    SESSION_LATE = 16,
    SESSION_ENDING_MS = 3000, // for an answer after SHUTDOWN
    SESSION_NAME = 64
};

struct session {
    struct loop *loop;
    int fd;
    enum session_state state;
    struct failure broken; // why the state is BROKEN
    uint64_t received;     // bytes
    struct framer *framer;
    struct buffer out; // not sent yet
    struct events events;
    char version[SESSION_NAME];
    bool ending; // QEMU has sent SHUTDOWN

    // The command in flight: state NEGOTIATE or BUSY.
    uint64_t id; // of this command, or of the last one
    bool waiting;
    struct json_object *reply; // the whole message of the answer

    // Ids of commands that timed out before their replies came. The oldest id
    // is overwritten, and its reply is then dropped as unknown.
    uint64_t late[SESSION_LATE];
    unsigned late_count;

    session_transcript *transcript;
    void *context;
    int64_t opened;
};

// The only setter of the state; asserts the table in session.h.
void session_set_state(struct session *session, enum session_state state);

// Sets the state BROKEN with a reason; only the first reason is kept.
void session_break(struct session *session, enum exit_code code,
                   const char *format, ...) PRINTF_LIKE(3, 4);

void session_note(struct session *session, const char *format, ...)
    PRINTF_LIKE(2, 3);
void session_transcribe(struct session *session,
                        enum session_direction direction, const char *text,
                        size_t length);

// The loop's handler: sends pending output and reads input.
void session_on_readable(void *context, short revents);

// Sends pending output until the socket accepts no more.
void session_send_pending(struct session *session);

// Fills the failure for a greeting that did not come in time. Always false.
bool session_no_greeting(const struct session *session,
                         struct failure *failure);

// Fills the failure for a monitor that does not accept or serve this client
// until the deadline: CODE_MONITOR_BUSY, with the process that holds the
// monitor if this host shows it. `fd` is the socket of the attempt, connected
// or not. Always false.
bool session_busy(int fd, const struct sockaddr *address,
                  struct failure *failure);

#endif
