// SPDX-License-Identifier: MIT
// Input and output on a session's socket.
// Limits: reads at most READ_ROUNDS blocks at a time. Their messages take some
// hundredths of a second, so a flood cannot make the loop miss its deadlines.
#include "qmp/session_internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "qmp/json.h"

enum {
    READ_BLOCK = 65536,
    READ_ROUNDS = 4
};

void session_send_pending(struct session *session)
{
    while (session->out.length && session->state != SESSION_BROKEN) {
        ssize_t sent = send(session->fd, session->out.data, session->out.length,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            buffer_drop(&session->out, (size_t)sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            // The last input from QEMU is read first: it may be the answer.
            // The EOF after it breaks the session in any case.
            session->out.length = 0;
            return;
        } else if (errno != EINTR) {
            session_break(session, CODE_PROTOCOL,
                          "cannot write to the monitor: %s", strerror(errno));
        }
    }
    if (session->state != SESSION_BROKEN) {
        loop_events(session->loop, session->fd,
                    session->out.length ? POLLIN | POLLOUT : POLLIN);
    }
}

// Whether the message is the answer to the command in flight.
static bool answers_command(struct session *session,
                            struct json_object *message)
{
    struct json_object *id = NULL;
    uint64_t number = 0;

    if (!json_object_object_get_ex(message, "id", &id)) {
        // QEMU could not parse the command, so its error has no id: it answers
        // the command in flight. A "return" always has an id.
        return session->waiting &&
               json_object_object_get_ex(message, "error", NULL);
    }
    return session->waiting && json_uint64(id, &number) == JSON_INTEGER_OK &&
           number == session->id;
}

// Whether the message is a reply to a command that timed out. True once for
// each such id.
static bool is_late(struct session *session, struct json_object *message)
{
    uint64_t number = 0;

    if (json_uint64(json_member(message, "id"), &number) != JSON_INTEGER_OK) {
        return false;
    }
    for (int i = 0; i < SESSION_LATE; i++) {
        if (number && session->late[i] == number) {
            session->late[i] = 0;
            return true;
        }
    }
    return false;
}

static void dispatch_reply(struct session *session, struct json_object *message)
{
    if (answers_command(session, message)) {
        session->reply = json_object_get(message);
        session->waiting = false;
    } else if (is_late(session, message)) {
        session_note(session, "dropped a late reply");
    } else {
        session_note(session, "dropped a reply to no command of this session");
    }
}

static void dispatch_greeting(struct session *session,
                              struct json_object *message)
{
    struct json_object *greeting = json_member_object(message, "QMP");
    struct json_object *version =
        json_member_object(json_member_object(greeting, "version"), "qemu");
    static const char *const parts[] = {"major", "minor", "micro"};
    uint64_t numbers[3] = {0};

    if (!greeting) {
        session_break(session, CODE_PROTOCOL,
                      "not a QMP monitor: its first message is no greeting");
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (json_uint64(json_member(version, parts[i]), &numbers[i]) !=
            JSON_INTEGER_OK) {
            session_break(session, CODE_PROTOCOL,
                          "the greeting has no version of QEMU");
            return;
        }
    }
    text_format(session->version, sizeof session->version, "%llu.%llu.%llu",
                (unsigned long long)numbers[0], (unsigned long long)numbers[1],
                (unsigned long long)numbers[2]);
    session_set_state(session, SESSION_NEGOTIATE);
}

static void dispatch_event(struct session *session, struct json_object *message,
                           size_t cost)
{
    uint64_t dropped = session->events.dropped;

    events_add(&session->events, json_object_get(message), cost);
    if (session->events.dropped != dropped) {
        session_note(session, "dropped the oldest event: %u are waiting",
                     session->events.count);
    }
}

static void dispatch_message(struct session *session,
                             struct json_object *message, size_t cost)
{
    const char *event = json_member_string(message, "event");

    if (event) {
        session->ending = session->ending || strcmp(event, "SHUTDOWN") == 0;
        dispatch_event(session, message, cost);
    } else if (session->state == SESSION_GREETING) {
        dispatch_greeting(session, message);
    } else if (json_object_object_get_ex(message, "return", NULL) ||
               json_object_object_get_ex(message, "error", NULL)) {
        dispatch_reply(session, message);
    } else {
        session_note(session, "dropped a message that is no reply, no event");
    }
}

static void parse_message(struct session *session, const char *text,
                          size_t length)
{
    const char *reason;

    session_transcribe(session, SESSION_RECEIVED, text, length);
    AUTO_JSON struct json_object *message = json_parse(text, length, &reason);
    if (!message) {
        session_break(session, CODE_PROTOCOL,
                      "QEMU sent JSON that is refused: %s", reason);
        return;
    }
    dispatch_message(session, message, json_cost(text, length));
}

static void not_json(struct session *session, const char *text, size_t length)
{
    char shown[81];

    text_escape(shown, sizeof shown, text, length);
    if (session->state != SESSION_GREETING) {
        session_break(session, CODE_PROTOCOL,
                      "QEMU sent no JSON object: \"%s\"", shown);
        return;
    }
    session_break(session, CODE_PROTOCOL, "not a QMP monitor: it says \"%s\"%s",
                  shown,
                  strstr(shown, "monitor - type")
                      ? " (this is the human monitor, HMP; -qmp or "
                        "mode=control makes a QMP monitor)"
                      : "");
}

static void next_messages(struct session *session)
{
    const char *text;
    size_t length;

    while (session->state != SESSION_BROKEN) {
        switch (framer_next(session->framer, &text, &length)) {
        case FRAMER_MESSAGE:
            parse_message(session, text, length);
            break;
        case FRAMER_MORE:
            return;
        case FRAMER_GARBAGE:
            not_json(session, text, length);
            return;
        case FRAMER_OVERSIZE:
            session_break(session, CODE_PROTOCOL,
                          "QEMU sent a message of more than %d MiB",
                          FRAMER_LIMIT / 1024 / 1024);
            return;
        }
    }
}

static void on_eof(struct session *session, const char *how)
{
    size_t pending = framer_pending(session->framer);

    if (pending) {
        session_break(session, CODE_QEMU_DIED,
                      "QEMU closed the monitor%s in the middle of a message "
                      "(%zu bytes of it had come)",
                      how, pending);
    } else {
        session_break(session, CODE_QEMU_DIED, "QEMU closed the monitor%s",
                      how);
    }
}

static void read_socket(struct session *session)
{
    static char block[READ_BLOCK];

    for (int i = 0; i < READ_ROUNDS && session->state != SESSION_BROKEN; i++) {
        ssize_t got = recv(session->fd, block, sizeof block, MSG_DONTWAIT);
        if (got > 0) {
            session->received += (uint64_t)got;
            framer_push(session->framer, block, (size_t)got);
            next_messages(session);
        } else if (got == 0) {
            on_eof(session, "");
        } else if (errno == ECONNRESET || errno == EPIPE) {
            on_eof(session, " (connection reset)");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != EINTR) {
            session_break(session, CODE_PROTOCOL,
                          "cannot read from the monitor: %s", strerror(errno));
        }
    }
}

void session_on_readable(void *context, short revents)
{
    struct session *session = context;

    if (revents & POLLOUT) {
        session_send_pending(session);
    }
    if (revents & (POLLIN | POLLHUP | POLLERR)) {
        read_socket(session);
    }
}
