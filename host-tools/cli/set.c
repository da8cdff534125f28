// SPDX-License-Identifier: MIT
// `aerostat set SOCKET SIZE`: sets the target size and waits for the guest.
// Limits: one target at a time: the guest follows the last one, of any client.
#include "cli/command.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "balloon/size_query.h"
#include "balloon/target.h"
#include "base/text.h"
#include "cli/set_course.h"
#include "qmp/json.h"

enum {
    DEFAULT_TIMEOUT = 60000, // milliseconds
    MOVING_MS = 2000, // a size that changed within this time is still changing
    FIRST_GAP_MS = 10,
    LAST_GAP_MS = 1000
};

static const struct option options[] = {
    {"no-wait", NULL, "set the target and exit, without a guest too"},
    {"timeout", "TIME", "for the guest to reach the size (default 60s)"},
    {"force", NULL, "skip the checks of guest and memory, and wait"},
    {"json", NULL, "progress and outcome as JSON, one object a line"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat set /run/vm/qmp.sock 512M",
    "aerostat set /run/vm/qmp.sock 75%",
    "aerostat set --no-wait /run/vm/qmp.sock -64M",
    NULL,
};

// Reads all values needed before QEMU is given the target.
static bool prepare(struct set_course *course, const struct size_wish *wish,
                    struct failure *failure)
{
    const struct balloon *balloon = &course->attachment->balloon;

    if (!balloon_actual(balloon, &course->before, failure) ||
        !balloon_ram(balloon, &course->ram, failure) ||
        !size_resolve(wish, course->before, course->ram, &course->target,
                      failure)) {
        return false;
    }
    course->decimal = wish->decimal;
    course->actual = course->told_size = course->before;
    return true;
}

static bool ask(struct set_course *course, struct failure *failure)
{
    const struct balloon *balloon = &course->attachment->balloon;

    course->asked = course->changed = course->told = clock_now();
    if (balloon_set_target(balloon, course->target.value, failure)) {
        return true;
    }
    return failure->error_class[0] // QEMU has refused the target
               ? false
               : failure_add(failure, "; QEMU may have taken the target");
}

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
                    "its size was still changing; a longer --timeout "
                    "may be enough");
        return "following";
    }
    if (course->spare.known && !course->spare.at_least &&
        course->spare.bytes < wanted) {
        text_size(first, sizeof first, course->spare.bytes);
        text_size(second, sizeof second, wanted);
        text_format(text, size,
                    "it has %s available by its statistics of %s, and %s more "
                    "are requested",
                    first, set_age(course, age), second);
        return "beyond-available";
    }
    text_format(text, size, "its driver is active; the reason is not known");
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

// Waits until the guest has the target's size. Reads the size after each
// BALLOON_CHANGE, and in between at growing intervals of up to a second, since
// QEMU holds events back for up to a second. CODE_TIMEOUT: not reached at the
// deadline, where the size is read once more; also failures of QMP; interrupts.
static bool wait_for_guest(struct set_course *course, struct deadline deadline,
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

// The outcome's name. A guest that does not follow and a QEMU that does not
// answer have different names.
static const char *outcome_of(const struct set_course *course,
                              enum exit_code code)
{
    if (code != CODE_TIMEOUT || !course->reason) {
        return exit_code_name(code);
    }
    return course->waited ? "stalled" : "cannot-follow";
}

static bool change(struct set_course *course, const struct size_wish *wish,
                   const struct parsed *parsed, uint64_t timeout,
                   struct failure *failure)
{
    struct failure ignored;
    const bool wait = !options_value(options, parsed, "no-wait");

    course->json = options_value(options, parsed, "json");
    course->terminal = !course->json && isatty(STDERR_FILENO);
    bool ok =
        prepare(course, wish, failure) &&
        set_check(course, wait, options_value(options, parsed, "force"),
                  failure) &&
        ask(course, failure) &&
        (!wait || wait_for_guest(course, deadline_in_ms(timeout), failure));
    if (ok) {
        return set_outcome(course, wait ? "reached" : "asked", failure);
    }
    if (course->asked || course->reason) {
        (void)!set_outcome(course, outcome_of(course, failure->code), &ignored);
    }
    return false;
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;
    struct attachment attachment;
    struct set_course course = {.attachment = &attachment};
    struct size_wish wish;
    uint64_t timeout;

    if (!attach_options(options, argc, argv, 2, "a SOCKET and a SIZE", &parsed,
                        &timeout, failure)) {
        return false;
    }
    if (parsed.help) {
        help_command(&command_set);
        return true;
    }
    if (!options_value(options, &parsed, "timeout")) {
        timeout = DEFAULT_TIMEOUT;
    }
    if (!size_parse(parsed.operands[1], &wish, failure) ||
        !attach(parsed.operands[0],
                timeout < SET_ANSWER_MS ? timeout : SET_ANSWER_MS, &attachment,
                failure)) {
        return false;
    }
    course.address = parsed.operands[0];
    bool ok = change(&course, &wish, &parsed, timeout, failure);
    detach(&attachment);
    return ok;
}

const struct command command_set = {
    .name = "set",
    .summary = "set the size of the guest, and wait until it is reached",
    .examples = examples,
    .arguments = "SOCKET SIZE",
    .options = options,
    .details =
        "SIZE is what the guest keeps: 512M, 512m or 512MiB (K, M, G, T: "
        "powers of 1024),\n512MB (a power of 1000), 0.5G, 536870912 or 4096B "
        "(bytes), 75% of the machine's RAM,\n+64M or -64M from its present "
        "size. A number below 1 MiB without a unit is refused,\nsince other "
        "tools mean MiB or KiB by it. QEMU takes a size above the RAM as the "
        "RAM.\n\nThe outcome is reached (0), stalled (7: the guest did not "
        "reach the size in time;\nQEMU keeps the target, 'set SOCKET 100%' "
        "cancels it), cannot-follow (7: nothing was\nrequested, since the "
        "machine is paused or has no working driver) or refused (11:\nnothing "
        "was requested, since the guest has less available memory than that, "
        "or\na guest without fresh statistics would keep less than a quarter "
        "of the RAM).\n--force skips the checks of guest and memory; "
        "--no-wait the check of the guest.\n",
    .run = run,
};
