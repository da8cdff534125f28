// SPDX-License-Identifier: MIT
// `aerostat set SOCKET SIZE`: asks for a size of the guest and waits for it.
// Limits: one target at a time: who asks last, here or elsewhere, is followed.
#include "cli/command.h"

#include <time.h>
#include <unistd.h>

#include "balloon/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "cli/set_course.h"

enum {
    DEFAULT_TIMEOUT = 60000 // milliseconds
};

static const struct option options[] = {
    {"no-wait", NULL, "ask, and leave the guest alone with it"},
    {"timeout", "TIME", "for the guest to get there (default 60s)"},
    {"force", NULL, "also below what the guest says it uses"},
    {"json", NULL, "progress and outcome as JSON, one object a line"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat set /run/vm/qmp.sock 512M",
    "aerostat set /run/vm/qmp.sock 75%",
    "aerostat set --no-wait /run/vm/qmp.sock -64M",
    NULL,
};

// What the guest says it uses. A guest that says nothing has no claim.
static bool read_usage(struct set_course *course, struct failure *failure)
{
    struct attachment *attachment = course->attachment;
    struct sample sample;
    uint64_t ballooned = 0;
    bool on_oom;

    if (!balloon_read(attachment->session, &attachment->device,
                      attachment->deadline, &sample, failure) ||
        !balloon_deflates_on_oom(attachment->session, &attachment->device,
                                 attachment->deadline, &on_oom, failure)) {
        return false;
    }
    if (on_oom && course->before < (int64_t)course->ram) {
        ballooned = course->ram - (uint64_t)course->before;
    }
    course->usage = usage_of(&sample, ballooned);
    return true;
}

static bool refuse(const struct set_course *course, struct failure *failure)
{
    const struct usage *usage = &course->usage;
    char target[SIZE_TEXT];
    char used[SIZE_TEXT];
    char total[SIZE_TEXT];
    char available[SIZE_TEXT];

    size_text(target, sizeof target, (int64_t)course->target.size);
    size_text(used, sizeof used, (int64_t)usage->used);
    size_text(total, sizeof total, (int64_t)usage->total);
    size_text(available, sizeof available, (int64_t)usage->available);
    failure_set(failure, CODE_REFUSED,
                "%s is less than the guest uses, %s: in its statistics of %lld "
                "s ago total-memory is %s and available-memory %s",
                target, used,
                (long long)((int64_t)time(NULL) - (int64_t)usage->last_update),
                total, available);
    if (usage->ballooned) {
        size_text(used, sizeof used, (int64_t)usage->ballooned);
        failure_add(failure, ", %s of that in the balloon (deflate-on-oom)",
                    used);
    }
    return failure_add(failure, "; --force asks for it all the same");
}

static bool is_too_small(const struct set_course *course)
{
    return course->usage.known && course->target.size < course->usage.used &&
           (int64_t)course->target.size < course->before;
}

// All that is known before QEMU is asked.
static bool prepare(struct set_course *course, const struct size_wish *wish,
                    bool force, struct failure *failure)
{
    struct attachment *attachment = course->attachment;

    if (!balloon_actual(attachment->session, attachment->deadline,
                        &course->before, failure) ||
        !balloon_ram(attachment->session, attachment->deadline, &course->ram,
                     failure) ||
        !size_resolve(wish, course->before, course->ram, &course->target,
                      failure) ||
        !read_usage(course, failure)) {
        return false;
    }
    course->actual = course->told_size = course->before;
    set_notes(course);
    return force || !is_too_small(course) || refuse(course, failure);
}

static bool ask(struct set_course *course, struct failure *failure)
{
    struct attachment *attachment = course->attachment;

    course->asked = course->changed = course->told = clock_now();
    if (balloon_ask(attachment->session, attachment->deadline,
                    course->target.value, failure)) {
        return true;
    }
    return failure->error_class[0] // then it was refused
               ? false
               : failure_add(failure, "; QEMU may have taken the target");
}

// The outcome's name: a timeout of the guest's is told apart from QEMU's.
static const char *outcome_of(const struct set_course *course,
                              enum exit_code code)
{
    return code == CODE_TIMEOUT && course->waited ? "stalled"
                                                  : exit_code_name(code);
}

static bool change(struct set_course *course, const struct size_wish *wish,
                   const struct parsed *parsed, uint64_t timeout,
                   struct failure *failure)
{
    struct failure ignored;
    const bool wait = !options_value(options, parsed, "no-wait");

    course->json = options_value(options, parsed, "json");
    course->terminal = !course->json && isatty(STDERR_FILENO);
    bool ok = prepare(course, wish, options_value(options, parsed, "force"),
                      failure) &&
              ask(course, failure) &&
              (!wait || set_wait(course, deadline_in_ms(timeout), failure));
    if (ok) {
        return set_outcome(course, wait ? "reached" : "asked", failure);
    }
    if (course->asked || failure->code == CODE_REFUSED) {
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
        "SIZE is what the guest keeps: 512M (K, M, G, T or bytes), 75% of the "
        "machine's RAM,\n+64M or -64M from what it has now. QEMU takes "
        "anything above the RAM as the RAM.\n\nEnds with reached (0), stalled "
        "(7: the guest was not there in time; QEMU keeps the\ntarget) or "
        "refused (11). Refused is a SIZE below what the guest says it uses: "
        "its\ntotal-memory less its available-memory, where it gives "
        "statistics.\n",
    .run = run,
};
