// SPDX-License-Identifier: MIT
// A QMP session: states and commands.
// Limits: one command in flight. QEMU, docs/interop/qmp-spec.rst.
#include "qmp/session.h"

#include <assert.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "qmp/json.h"
#include "qmp/session_internal.h"

// Appends the command to the output. Takes over the reference to the arguments.
static void queue_command(struct session *session, const char *command,
                          struct json_object *arguments)
{
    AUTO_JSON struct json_object *message = json_object_new_object();

    session->id++;
    json_object_object_add(message, "execute", json_object_new_string(command));
    if (arguments) {
        json_object_object_add(message, "arguments", arguments);
    }
    json_object_object_add(message, "id", json_object_new_uint64(session->id));
    const char *text = json_object_to_json_string_ext(
        message, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    session_transcribe(session, SESSION_SENT, text, strlen(text));
    buffer_text(&session->out, text);
    buffer_text(&session->out, "\r\n");
}

// Ends the wait for an answer and records its id, so that a late reply is
// ignored.
static void abandon(struct session *session)
{
    session->waiting = false;
    session->late[session->late_count++ % SESSION_LATE] = session->id;
    if (session->out.length) {
        session_break(session, CODE_TIMEOUT,
                      "a command was sent only in part before its deadline");
    }
}

// After SHUTDOWN, QEMU answers soon or never: 10.0 can lose a command that
// arrives at that moment, and then neither answers nor exits.
static struct deadline limit(const struct session *session,
                             struct deadline deadline, bool *limited)
{
    if (session->ending && !*limited) {
        *limited = true;
        return deadline_sooner(deadline, deadline_in_ms(SESSION_ENDING_MS));
    }
    return deadline;
}

// Runs the loop until the command in flight has its answer.
static bool await_reply(struct session *session, const char *command,
                        struct deadline deadline, struct failure *failure)
{
    char awaited[SESSION_NAME + 32];
    enum loop_result result = LOOP_EVENT;
    bool limited = false;

    while (session->state != SESSION_BROKEN && session->waiting &&
           result == LOOP_EVENT) {
        deadline = limit(session, deadline, &limited);
        result = loop_step(session->loop, deadline);
    }
    if (!session->waiting) {
        return true; // also when QEMU closed right after the answer
    }
    if (session->state == SESSION_BROKEN) {
        return failure_set(failure, session->broken.code,
                           "%s (while it was to answer '%s')",
                           session->broken.text, command);
    }
    abandon(session);
    if (limited && result == LOOP_TIMEOUT) {
        return failure_set(failure, CODE_QEMU_DIED,
                           "QEMU announced its end (SHUTDOWN) and did not "
                           "answer '%s'",
                           command);
    }
    text_format(awaited, sizeof awaited, "QEMU's answer to '%s'", command);
    return loop_failure(session->loop, result, awaited, failure);
}

static bool refused(const char *command, struct json_object *error,
                    struct failure *failure)
{
    const char *class_name = json_member_string(error, "class");
    const char *description = json_member_string(error, "desc");
    char class_text[FAILURE_CLASS];
    char text[1024];

    if (!class_name || !description) {
        return failure_set(failure, CODE_PROTOCOL,
                           "QEMU refused '%s' without class and desc", command);
    }
    text_escape(class_text, sizeof class_text, class_name, strlen(class_name));
    text_escape(text, sizeof text, description, strlen(description));
    failure_set(failure, CODE_PROTOCOL, "QEMU refused '%s': %s: %s", command,
                class_text, text);
    text_format(failure->error_class, sizeof failure->error_class, "%s",
                class_text);
    return false;
}

// Evaluates the answer and frees session->reply.
static bool evaluate_reply(struct session *session, const char *command,
                           struct json_object **result, struct failure *failure)
{
    AUTO_JSON struct json_object *reply = session->reply;
    struct json_object *value = NULL;
    struct json_object *error = NULL;

    session->reply = NULL;
    if (json_object_object_get_ex(reply, "error", &error)) {
        return refused(command, error, failure);
    }
    if (json_object_object_get_ex(reply, "return", &value) && result) {
        *result = json_object_get(value);
    }
    return true;
}

// Sends a command and waits for the answer; the caller handles the state.
static bool exchange(struct session *session, const char *command,
                     struct json_object *arguments, struct deadline deadline,
                     struct json_object **result, struct failure *failure)
{
    queue_command(session, command, arguments);
    session->waiting = true;
    session_send_pending(session);
    return await_reply(session, command, deadline, failure) &&
           evaluate_reply(session, command, result, failure);
}

bool session_execute(struct session *session, const char *command,
                     struct json_object *arguments, struct deadline deadline,
                     struct json_object **result, struct failure *failure)
{
    if (result) {
        *result = NULL;
    }
    if (session->state == SESSION_BROKEN) {
        json_object_put(arguments);
        return failure_set(failure, session->broken.code, "%s (before '%s')",
                           session->broken.text, command);
    }
    session_set_state(session, SESSION_BUSY);
    bool ok = exchange(session, command, arguments, deadline, result, failure);
    if (session->state == SESSION_BUSY) {
        session_set_state(session, SESSION_READY);
    }
    return ok;
}

static bool greet(struct session *session, struct deadline deadline,
                  struct failure *failure)
{
    enum loop_result result = LOOP_EVENT;

    while (session->state == SESSION_GREETING && result == LOOP_EVENT) {
        result = loop_step(session->loop, deadline);
    }
    if (session->state == SESSION_BROKEN) {
        return failure_set(failure, session->broken.code, "%s",
                           session->broken.text);
    }
    if (session->state == SESSION_GREETING) {
        return result == LOOP_TIMEOUT
                   ? session_no_greeting(session, failure)
                   : loop_failure(session->loop, result,
                                  "the monitor's greeting", failure);
    }
    if (!exchange(session, "qmp_capabilities", NULL, deadline, NULL, failure)) {
        return false;
    }
    if (session->state == SESSION_NEGOTIATE) { // not if QEMU closed at once
        session_set_state(session, SESSION_READY);
    }
    return true;
}

struct session *session_open(struct loop *loop, int fd,
                             struct deadline deadline,
                             session_transcript *transcript, void *context,
                             struct failure *failure)
{
    struct session *session = memory_get(sizeof *session);

    session->loop = loop;
    session->fd = fd;
    session->framer = framer_create();
    session->transcript = transcript;
    session->context = context;
    session->opened = clock_now();
    session_set_state(session, SESSION_GREETING);
    loop_watch(loop, fd, POLLIN, session_on_readable, session);
    if (!greet(session, deadline, failure)) {
        session_close(session);
        return NULL;
    }
    return session;
}

void session_close(struct session *session)
{
    if (!session) {
        return;
    }
    session_set_state(session, SESSION_CLOSED);
    loop_unwatch(session->loop, session->fd);
    close(session->fd);
    framer_destroy(session->framer);
    buffer_free(&session->out);
    events_clear(&session->events);
    json_object_put(session->reply);
    free(session);
}

enum session_state session_state(const struct session *session)
{
    return session->state;
}

const char *session_qemu_version(const struct session *session)
{
    return session->version;
}

struct events *session_events(struct session *session)
{
    return &session->events;
}
