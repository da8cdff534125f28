// SPDX-License-Identifier: MIT
// `aerostat events SOCKET`: prints QEMU's events as they arrive, one a line.
// Limits: if events arrive faster than the tool takes them, the oldest are lost
// and the loss is reported.
#include "cli/command.h"

#include <string.h>
#include <time.h>

#include "balloon/size.h"
#include "base/output.h"
#include "base/text.h"
#include "cli/attach.h"
#include "cli/show.h"
#include "qmp/json.h"

enum {
    CONNECT_MS = 5000,
    NAME = 128 // QEMU's longest is about 30 characters
};

static const struct option options[] = {
    {"json", NULL, "each event as QEMU sent it, one object a line"},
    {"count", "N", "end after N events"},
    {"timeout", "TIME", "end after this time (default: never)"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat events /run/vm/qmp.sock",
    "aerostat events --json --count 1 --timeout 30 /run/vm/qmp.sock",
    NULL,
};

struct listening {
    struct attachment attachment;
    bool json;
    uint64_t count; // number of events to print; 0: no limit
    uint64_t seen;
    uint64_t dropped; // lost events that were reported
    bool shutdown;    // QEMU has announced its end
    struct deadline deadline;
};

static void print_time(struct json_object *event)
{
    struct json_object *stamp = json_member_object(event, "timestamp");
    uint64_t seconds = 0;
    uint64_t micros = 0;
    char text[40];
    struct tm parts;

    if (json_uint64(json_member(stamp, "seconds"), &seconds) ==
            JSON_INTEGER_OK &&
        json_uint64(json_member(stamp, "microseconds"), &micros) ==
            JSON_INTEGER_OK &&
        seconds < INT32_MAX && gmtime_r(&(time_t){(time_t)seconds}, &parts) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)) {
        output("%s.%06llu ", text, (unsigned long long)micros);
    }
}

// Prints a size twice: in bytes, and rounded with a unit.
static bool print_change(struct json_object *data)
{
    int64_t actual = json_object_get_int64(json_member(data, "actual"));
    char people[SIZE_TEXT];

    if (!json_object_is_type(json_member(data, "actual"), json_type_int)) {
        return false;
    }
    size_text(people, sizeof people, actual);
    output(" actual=%lld (%s)", (long long)actual, people);
    return true;
}

static void print_data(struct json_object *data)
{
    struct buffer text = {0};

    text_escape_json(&text, json_object_to_json_string_ext(
                                data, JSON_C_TO_STRING_PLAIN |
                                          JSON_C_TO_STRING_NOSLASHESCAPE));
    output(" %s", buffer_string(&text));
    buffer_free(&text);
}

static void print_text(struct json_object *event)
{
    const char *name = json_member_string(event, "event");
    struct json_object *data = json_member_object(event, "data");
    char shown[NAME];

    print_time(event);
    text_escape(shown, sizeof shown, name, strlen(name));
    output("%s", shown);
    if (data && !(strcmp(name, "BALLOON_CHANGE") == 0 && print_change(data))) {
        print_data(data);
    }
    output("\n");
}

static bool is_enough(const struct listening *listening)
{
    return listening->count && listening->seen == listening->count;
}

// Prints the events that have arrived, up to the requested number.
static bool print_events(struct listening *listening, struct failure *failure)
{
    struct events *events =
        session_events(listening->attachment.balloon.session);
    struct json_object *event;

    while (!is_enough(listening) && (event = events_take(events))) {
        listening->seen++;
        listening->shutdown =
            listening->shutdown ||
            strcmp(json_member_string(event, "event"), "SHUTDOWN") == 0;
        if (listening->json) {
            show_object(event); // takes the event over
        } else {
            print_text(event);
            json_object_put(event);
        }
    }
    if (events->dropped != listening->dropped) {
        message(
            "aerostat: %llu events were lost: they arrived faster than they "
            "were read",
            (unsigned long long)(events->dropped - listening->dropped));
        listening->dropped = events->dropped;
    }
    return output_flush(failure);
}

// The result if listening ends before the requested number of events.
static bool ended(const struct listening *listening, enum loop_result result,
                  struct failure *failure)
{
    char awaited[80];

    if (result == LOOP_TIMEOUT && !listening->count) {
        return true;
    }
    if (result != LOOP_EVENT) {
        text_format(awaited, sizeof awaited, "QEMU's events (%llu have come)",
                    (unsigned long long)listening->seen);
        return loop_failure(listening->attachment.loop, result, awaited,
                            failure);
    }
    if (listening->shutdown && !listening->count) {
        return true;
    }
    // The session is broken: this sends nothing, and fails with the reason.
    return session_execute(listening->attachment.balloon.session,
                           "query-status", NULL, deadline_in_ms(0), NULL,
                           failure);
}

static bool listen_on(struct listening *listening, struct failure *failure)
{
    struct attachment *attachment = &listening->attachment;
    enum loop_result result = LOOP_EVENT;

    for (;;) {
        if (!print_events(listening, failure)) {
            return false;
        }
        if (is_enough(listening)) {
            return true;
        }
        if (result != LOOP_EVENT ||
            session_state(attachment->balloon.session) == SESSION_BROKEN) {
            return ended(listening, result, failure);
        }
        result = loop_step(attachment->loop, listening->deadline);
    }
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;
    struct listening listening = {.deadline = deadline_never()};
    uint64_t timeout;

    if (!attach_options(options, argc, argv, 1, "one SOCKET", &parsed, &timeout,
                        failure) ||
        !options_number(options, &parsed, "count", 1, UINT32_MAX, 0,
                        &listening.count, failure)) {
        return false;
    }
    if (parsed.help) {
        help_command(&command_events);
        return true;
    }
    if (options_value(options, &parsed, "timeout")) {
        listening.deadline = deadline_in_ms(timeout);
    }
    listening.json = options_value(options, &parsed, "json");
    if (!attach_monitor(parsed.operands[0],
                        timeout < CONNECT_MS ? timeout : CONNECT_MS,
                        &listening.attachment, failure)) {
        return false;
    }
    bool ok = listen_on(&listening, failure);
    detach(&listening.attachment);
    return ok;
}

const struct command command_events = {
    .name = "events",
    .summary = "show QEMU's events as they arrive, BALLOON_CHANGE and others",
    .examples = examples,
    .arguments = "SOCKET",
    .options = options,
    .details =
        "Listens until Ctrl-C, QEMU's end, N events or the timeout, and "
        "changes nothing.\nWithout --count, a timeout and a QEMU that has "
        "announced its end (SHUTDOWN) are\nsuccess (0); with it they are 7 and "
        "8. QEMU sends BALLOON_CHANGE at most once a\nsecond, with the last "
        "value.\n",
    .run = run,
};
