// SPDX-License-Identifier: MIT
// The output of `aerostat set`: notes, progress, and the outcome.
// Limits: data to stdout, everything else to stderr.
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "cli/set_course.h"

enum {
    TOLD_EVERY_MS = 1000,
    NS_PER_MS = 1000000
};

uint64_t set_ms(int64_t from, int64_t to)
{
    return to > from ? (uint64_t)(to - from) / NS_PER_MS : 0;
}

static void add_number(struct json_object *object, const char *name,
                       uint64_t number)
{
    json_object_object_add(object, name, json_object_new_uint64(number));
}

static struct json_object *number_or_null(bool there, uint64_t number)
{
    return there ? json_object_new_uint64(number) : NULL;
}

static struct json_object *course_object(const struct set_course *course,
                                         const char *type)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "type", json_object_new_string(type));
    json_object_object_add(object, "actual",
                           json_object_new_int64(course->actual));
    add_number(object, "target", course->target.size);
    add_number(object, "elapsed_ms",
               course->asked ? set_ms(course->asked, clock_now()) : 0);
    return object;
}

static void show_json(const struct set_course *course)
{
    struct failure failure;

    show_object(course_object(course, "progress"));
    (void)!output_flush(&failure); // the outcome reports this failure
}

static void show_text(struct set_course *course)
{
    char text[PROGRESS_TEXT];
    const struct progress progress = {course->before, course->actual,
                                      course->target.size,
                                      clock_now() - course->asked};

    progress_text(text, sizeof text, &progress);
    if (course->terminal) {
        fprintf(stderr, "\r\033[K%s", text);
        fflush(stderr);
        course->open_line = true;
    } else {
        message("%s", text);
    }
}

void set_progress(struct set_course *course)
{
    const int64_t now = clock_now();
    const bool due = set_ms(course->told, now) >= TOLD_EVERY_MS;

    if (course->terminal ? !due && course->actual == course->told_size
                         : !due || course->actual == course->told_size) {
        return;
    }
    course->told = now;
    course->told_size = course->actual;
    if (course->json) {
        show_json(course);
    } else {
        show_text(course);
    }
}

static void outcome_json(const struct set_course *course, const char *outcome)
{
    struct json_object *object = course_object(course, "set");

    json_object_object_add(object, "outcome", json_object_new_string(outcome));
    json_object_object_add(object, "before",
                           json_object_new_int64(course->before));
    add_number(object, "ram", course->ram);
    add_number(object, "value", course->target.value);
    json_object_object_add(object, "clamped",
                           json_object_new_boolean(course->target.clamped));
    add_number(object, "unchanged_ms",
               course->asked ? set_ms(course->changed, clock_now()) : 0);
    json_object_object_add(
        object, "guest_uses",
        number_or_null(course->spare.use_known, course->spare.used));
    json_object_object_add(
        object, "available",
        number_or_null(course->spare.known, course->spare.bytes));
    json_object_object_add(object, "stats_age_seconds",
                           course->has_age ? json_object_new_int64(course->age)
                                           : NULL);
    json_object_object_add(
        object, "reason",
        course->reason ? json_object_new_string(course->reason) : NULL);
    show_object(object);
}

static void outcome_text(const struct set_course *course, const char *outcome)
{
    char actual[SIZE_TEXT];
    char target[SIZE_TEXT];
    const int64_t now = clock_now();
    const bool reached = course->actual == (int64_t)course->target.size;
    const uint64_t ms = set_ms(reached ? course->asked : course->changed, now);

    size_text(actual, sizeof actual, course->actual);
    size_text(target, sizeof target, (int64_t)course->target.size);
    if (strcmp(outcome, "asked") == 0) {
        output("asked for %s (%llu bytes); the guest has %s (%lld bytes)\n",
               target, (unsigned long long)course->target.size, actual,
               (long long)course->actual);
        return;
    }
    output("%s %s%s (%lld bytes) %s %llu.%03llu s", outcome,
           reached ? "" : "at ", actual, (long long)course->actual,
           reached ? "after" : "for", (unsigned long long)ms / 1000,
           (unsigned long long)ms % 1000);
    if (!reached) {
        output(", target %s (%llu bytes)", target,
               (unsigned long long)course->target.size);
    }
    output("\n");
}

bool set_outcome(struct set_course *course, const char *outcome,
                 struct failure *failure)
{
    if (course->open_line) {
        fputs("\r\033[K", stderr);
        course->open_line = false;
    }
    if (course->json) {
        outcome_json(course, outcome);
    } else if (course->asked) {
        outcome_text(course, outcome);
    }
    return output_flush(failure);
}

void set_notes(const struct set_course *course)
{
    char ram[SIZE_TEXT];
    char age[SET_AGE_TEXT];
    const struct size_target *target = &course->target;

    size_text(ram, sizeof ram, (int64_t)course->ram);
    if (target->clamped) {
        message("note: the machine has %s (%llu bytes) of RAM; QEMU uses that "
                "for any larger target, without a message",
                ram, (unsigned long long)course->ram);
    } else if (target->size != target->value) {
        message("note: the balloon is whole pages of 4 KiB, so the target is "
                "%llu bytes",
                (unsigned long long)target->size);
    }
    if (course->decimal) {
        message("note: KB, MB and the like are powers of 1000, so that is %llu "
                "bytes; M and MiB are powers of 1024",
                (unsigned long long)target->value);
    }
    if ((int64_t)target->size >= course->before) {
        return;
    }
    if (!course->spare.known) {
        message("note: the guest's available memory is not known: %s",
                course->has_age ? "its statistics have no available-memory"
                                : "it has given no statistics");
    } else if (!course->has_age || course->age > SET_FRESH_SECONDS ||
               course->age < -SET_FRESH_SECONDS) {
        message("note: the guest's statistics are of %s", set_age(course, age));
    }
}

const char *set_age(const struct set_course *course, char text[SET_AGE_TEXT])
{
    if (!course->has_age) {
        text_format(text, SET_AGE_TEXT, "an unknown time");
    } else if (course->age < 0) {
        text_format(text, SET_AGE_TEXT, "%lld s in the future",
                    -(long long)course->age);
    } else {
        text_format(text, SET_AGE_TEXT, "%lld s ago", (long long)course->age);
    }
    return text;
}

void set_hint(const struct set_course *course, struct failure *failure,
              const char *what, const char *command, const char *word)
{
    struct buffer quoted = {0};
    char shown[512];

    text_shell_quote(&quoted, course->address);
    text_escape(shown, sizeof shown, buffer_string(&quoted), quoted.length);
    buffer_free(&quoted);
    failure_add(failure, "; %s 'aerostat %s %s %s'", what, command, shown,
                word);
}

bool set_kept(const struct set_course *course, struct failure *failure)
{
    failure_add(failure, "; QEMU keeps the target");
    if (course->target.size < course->ram) {
        set_hint(course, failure, "cancel it by", "set", "100%");
    }
    return false;
}
