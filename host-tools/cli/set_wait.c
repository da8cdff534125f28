// SPDX-License-Identifier: MIT
// The wait of `aerostat set`: on events, with a look at bounded moments.
// Limits: QEMU sends BALLOON_CHANGE at most once a second, the last value late.
#include "cli/set_course.h"

#include <string.h>

#include "balloon/memory.h"
#include "qmp/json.h"

enum {
    FIRST_GAP_MS = 10,
    LAST_GAP_MS = 1000
};

static bool look(struct set_course *course, struct failure *failure)
{
    int64_t actual;

    if (!balloon_actual(course->attachment->session,
                        deadline_in_ms(SET_ANSWER_MS), &actual, failure)) {
        return failure->code == CODE_QEMU_DIED
                   ? false
                   : failure_add(failure, "; QEMU keeps the target");
    }
    if (actual != course->actual) {
        course->changed = clock_now();
    }
    course->actual = actual;
    set_progress(course);
    return true;
}

// Empties the queue; whether a BALLOON_CHANGE was in it.
static bool change_came(struct session *session)
{
    struct json_object *event;
    bool came = false;

    while ((event = events_take(session_events(session)))) {
        const char *name = json_member_string(event, "event");
        came = came || (name && strcmp(name, "BALLOON_CHANGE") == 0);
        json_object_put(event);
    }
    return came;
}

// Until there is a reason to look again. A session that broke is one: the next
// command says why.
static bool pause_until(struct set_course *course, struct deadline next,
                        struct failure *failure)
{
    struct attachment *attachment = course->attachment;
    enum loop_result result;

    do {
        result = loop_step(attachment->loop, next);
    } while (result == LOOP_EVENT && !change_came(attachment->session) &&
             session_state(attachment->session) != SESSION_BROKEN);
    return result != LOOP_INTERRUPTED ||
           loop_failure(attachment->loop, result,
                        "the guest; QEMU keeps the target", failure);
}

static bool stalled(struct set_course *course, struct failure *failure)
{
    char target[SIZE_TEXT];
    char state[64];
    struct deadline deadline = deadline_in_ms(SET_ANSWER_MS);

    course->waited = true;
    size_text(target, sizeof target, (int64_t)course->target.size);
    failure_set(failure, CODE_TIMEOUT,
                "timeout: waited for the guest to have %s; QEMU keeps the "
                "target",
                target);
    if (balloon_standstill(course->attachment->session, deadline, state,
                           sizeof state)) {
        failure_add(failure, ", but the machine does not run (%s)", state);
    } else if (course->actual == course->before &&
               course->usage.last_update == 0) {
        failure_add(failure, ", but no driver in the guest has sent "
                             "statistics either");
    }
    return false;
}

bool set_wait(struct set_course *course, struct deadline deadline,
              struct failure *failure)
{
    unsigned gap = FIRST_GAP_MS;

    for (;;) {
        const bool last = deadline_passed(deadline);
        if (!look(course, failure)) {
            return false;
        }
        if (course->actual == (int64_t)course->target.size) {
            return true;
        }
        if (last) {
            return stalled(course, failure);
        }
        if (!pause_until(course, deadline_sooner(deadline, deadline_in_ms(gap)),
                         failure)) {
            return false;
        }
        gap = gap < LAST_GAP_MS / 2 ? gap * 2 : LAST_GAP_MS;
    }
}
