// SPDX-License-Identifier: MIT
// The state of a session, its end, and its transcript: below the other files of
// the session, which all report here.
#include "qmp/session_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void session_set_state(struct session *session, enum session_state state)
{
    // A bit for each allowed next state; the table is in session.h.
    static const unsigned char next[] = {
        [SESSION_CLOSED] = 1 << SESSION_GREETING,
        [SESSION_GREETING] =
            1 << SESSION_NEGOTIATE | 1 << SESSION_BROKEN | 1 << SESSION_CLOSED,
        [SESSION_NEGOTIATE] =
            1 << SESSION_READY | 1 << SESSION_BROKEN | 1 << SESSION_CLOSED,
        [SESSION_READY] =
            1 << SESSION_BUSY | 1 << SESSION_BROKEN | 1 << SESSION_CLOSED,
        [SESSION_BUSY] =
            1 << SESSION_READY | 1 << SESSION_BROKEN | 1 << SESSION_CLOSED,
        [SESSION_BROKEN] = 1 << SESSION_CLOSED,
    };

    assert(next[session->state] & 1 << state);
    session->state = state;
}

void session_transcribe(struct session *session,
                        enum session_direction direction, const char *text,
                        size_t length)
{
    if (session->transcript) {
        session->transcript(session->context, direction,
                            clock_now() - session->opened, text, length);
    }
}

void session_note(struct session *session, const char *format, ...)
{
    char text[256];
    va_list values;

    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    session_transcribe(session, SESSION_NOTE, text, strlen(text));
}

void session_break(struct session *session, enum exit_code code,
                   const char *format, ...)
{
    char text[512];
    va_list values;

    if (session->state == SESSION_BROKEN) {
        return;
    }
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    failure_set(&session->broken, code, "%s", text);
    session_note(session, "the session has ended: %s", text);
    // An fd at end of file is always ready: the loop would spin on it.
    loop_unwatch(session->loop, session->fd);
    session_set_state(session, SESSION_BROKEN);
}
