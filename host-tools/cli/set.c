// SPDX-License-Identifier: MIT
// `aerostat set SOCKET SIZE`: sets the target size and waits for the guest.
// Limits: one target at a time: the guest follows the last one, of any client.
#include "cli/command.h"

#include <unistd.h>

#include "balloon/size_query.h"
#include "cli/set_course.h"

enum {
    DEFAULT_TIMEOUT = 60000 // milliseconds
};

static const struct option options[] = {
    {"no-wait", NULL, "ask and leave, even if no guest can follow now"},
    {"timeout", "TIME", "for the guest to get there (default 60s)"},
    {"force", NULL, "ask even if it looks wrong, and wait"},
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
    bool ok = prepare(course, wish, failure) &&
              set_check(course, wait, options_value(options, parsed, "force"),
                        failure) &&
              ask(course, failure) &&
              (!wait || set_wait(course, deadline_in_ms(timeout), failure));
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
    .summary = "ask for a size of the guest, and wait until it has it",
    .examples = examples,
    .arguments = "SOCKET SIZE",
    .options = options,
    .details =
        "SIZE is what the guest keeps: 512M, 512m or 512MiB (K, M, G, T: "
        "powers "
        "of 1024),\n512MB (a power of 1000), 0.5G, 536870912 or 4096B (bytes), "
        "75% of the machine's RAM,\n+64M or -64M from what it has now. A bare "
        "number below 1 MiB is refused, since\nother tools mean MiB or KiB by "
        "it. QEMU takes anything above the RAM as the RAM.\n\nEnds with "
        "reached "
        "(0), stalled (7: the guest was not there in time; QEMU keeps the\n"
        "target, 'set SOCKET 100%' lets go of it), cannot-follow (7: nothing "
        "was "
        "asked,\nsince the machine is paused or has no working driver) or "
        "refused (11: nothing was\nasked, since more would be taken than the "
        "guest says it has available, or a guest\nwithout fresh statistics "
        "would be left with less than a quarter of the RAM).\n--force skips "
        "both looks; --no-wait the one for a guest that can follow.\n",
    .run = run,
};
