// SPDX-License-Identifier: MIT
// The wait of `aerostat set`: on events, and on reads at bounded intervals.
// Limits: QEMU sends BALLOON_CHANGE at most once a second, the last value late.
#include "cli/set_course.h"

#include <string.h>
#include <time.h>

#include "balloon/size_query.h"
#include "balloon/target.h"
#include "base/text.h"
#include "qmp/json.h"

enum {
    MOVING_MS = 2000, // a size that changed within this time is still changing
    FIRST_GAP_MS = 10,
    LAST_GAP_MS = 1000
};

static bool look(struct set_course *course, struct failure *failure)
{
    struct balloon *balloon = &course->attachment->balloon;
    int64_t actual;

    balloon->deadline = deadline_in_ms(SET_ANSWER_MS);
    if (!balloon_actual(balloon, &actual, failure)) {
        return failure->code == CODE_QEMU_DIED ? false
                                               : set_kept(course, failure);
    }
    if (actual != course->actual) {
        course->changed = clock_now();
    }
    course->actual = actual;
    set_progress(course);
    return true;
}

// Empties the event queue. True: it had a BALLOON_CHANGE.
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

// Waits until there is a reason to read the size again. A broken session is
// one: the next command fails with its reason.
static bool pause_until(struct set_course *course, struct deadline next,
                        struct failure *failure)
{
    struct attachment *attachment = course->attachment;
    enum loop_result result;

    do {
        result = loop_step(attachment->loop, next);
    } while (result == LOOP_EVENT &&
             !change_came(attachment->balloon.session) &&
             session_state(attachment->balloon.session) != SESSION_BROKEN);
    if (result != LOOP_INTERRUPTED) {
        return true;
    }
    loop_failure(attachment->loop, result, "the guest", failure);
    return set_kept(course, failure);
}

// The probable reason why the guest has not reached the target: its id, and a
// clause for the message.
static const char *why(struct set_course *course, const struct view *view,
                       const struct target *target, char *text, size_t size)
{
    const enum condition driver = condition_of_driver(view);
    const uint64_t wanted = course->actual > (int64_t)course->target.size
                                ? (uint64_t)course->actual - course->target.size
                                : 0;
    char first[SIZE_TEXT];
    char second[SIZE_TEXT];
    char age[SET_AGE_TEXT];

    if (driver != CONDITION_OK) {
        condition_text(driver, view, text, size);
        return condition_id(driver);
    }
    if (target->known &&
        target_size(target, course->ram) != (int64_t)course->target.size) {
        size_text(first, sizeof first, target_size(target, course->ram));
        text_format(text, size, "another client has asked for %s since", first);
        return "other-target";
    }
    if (course->actual != course->before &&
        set_ms(course->changed, clock_now()) < MOVING_MS) {
        text_format(text, size,
                    "it was still moving, and may need more than "
                    "--timeout gave it");
        return "following";
    }
    if (course->spare.known && !course->spare.at_least &&
        course->spare.bytes < wanted) {
        text_size(first, sizeof first, course->spare.bytes);
        text_size(second, sizeof second, wanted);
        text_format(text, size,
                    "it has %s available by its statistics of %s, and %s more "
                    "are asked of it",
                    first, set_age(course, age), second);
        return "beyond-available";
    }
    text_format(text, size, "its driver is there and does not say why");
    return "unknown";
}

// Reads the guest's newest state; values that cannot be read are left out.
static void read_newest(struct set_course *course, struct view *view,
                        struct target *target)
{
    struct balloon *balloon = &course->attachment->balloon;
    struct failure ignored;
    struct sample sample;

    balloon->deadline = deadline_in_ms(SET_ANSWER_MS);
    view_read(balloon, view);
    target_read(balloon, target);
    course->spare.known = false;
    if (balloon_read(balloon, &sample, &ignored)) {
        course->spare = spare_of(&sample, course->actual, course->ram, false);
        course->has_age =
            sample_age(&sample, (uint64_t)time(NULL), &course->age);
    }
}

static bool stalled(struct set_course *course, struct failure *failure)
{
    char size[SIZE_TEXT];
    char text[256];
    struct view view;
    struct target target;

    course->waited = true;
    read_newest(course, &view, &target);
    course->reason = why(course, &view, &target, text, sizeof text);
    size_text(size, sizeof size, (int64_t)course->target.size);
    failure_set(failure, CODE_TIMEOUT,
                "timeout: waited for the guest to have %s: %s", size, text);
    return set_kept(course, failure);
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
