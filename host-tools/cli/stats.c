// SPDX-License-Identifier: MIT
// `aerostat stats SOCKET`: one sample from a QEMU that is already running.
// Limits: only reads; the age of the sample depends on the polling.
#include "cli/command.h"

#include <time.h>

#include "balloon/size_query.h"
#include "base/output.h"
#include "cli/attach.h"
#include "cli/show.h"

static const struct option options[] = {
    {"json", NULL, "one JSON object; absent statistics are null"},
    {"timeout", "TIME", "for the whole command (default 5s)"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat stats /run/vm/qmp.sock",
    "aerostat stats --json tcp:localhost:4444",
    NULL,
};

static bool read_sizes(struct attachment *attachment, const struct shown *shown,
                       struct shown_sizes *sizes, struct failure *failure)
{
    const struct balloon *balloon = &attachment->balloon;

    if (!balloon_actual(balloon, &sizes->actual, failure) ||
        !balloon_ram(balloon, &sizes->ram, failure)) {
        return false;
    }
    target_read(balloon, &sizes->target);
    resident_read(balloon, &sizes->resident);
    view_read(balloon, &sizes->view);
    sizes->condition = condition_of_statistics(
        &sizes->view, shown->sample, shown->interval, (uint64_t)time(NULL));
    return true;
}

// Reports conditions that the values do not show. Polling that is off is no
// fault, and the first line shows it.
static bool say(const struct shown *shown, struct failure *failure)
{
    const struct shown_sizes *sizes = shown->sizes;
    char text[256];

    condition_text(sizes->condition, &sizes->view, text, sizeof text);
    if (shown->sample->last_update == 0) {
        return failure_set(failure, CODE_NO_STATISTICS,
                           "there have never been any statistics: %s", text);
    }
    if (sizes->condition != CONDITION_OK &&
        sizes->condition != CONDITION_POLLING_OFF) {
        message("aerostat: %s: %s", condition_id(sizes->condition), text);
    }
    return true;
}

static bool show(struct attachment *attachment, bool json,
                 struct failure *failure)
{
    struct sample sample;
    struct shown_sizes sizes;
    struct shown shown = {.device = &attachment->balloon.device,
                          .sample = &sample,
                          .sizes = &sizes};

    if (!balloon_read(&attachment->balloon, &sample, failure) ||
        !balloon_get_interval(&attachment->balloon, &shown.interval, failure) ||
        !read_sizes(attachment, &shown, &sizes, failure)) {
        return false;
    }
    shown.qemu_version = session_qemu_version(attachment->balloon.session);
    show_sample(&shown, json);
    return output_flush(failure) && say(&shown, failure);
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;
    struct attachment attachment;
    uint64_t timeout;

    if (!attach_options(options, argc, argv, 1, "one SOCKET", &parsed, &timeout,
                        failure)) {
        return false;
    }
    if (parsed.help) {
        help_command(&command_stats);
        return true;
    }
    if (!attach(parsed.operands[0], timeout, &attachment, failure)) {
        return false;
    }
    bool ok =
        show(&attachment, options_value(options, &parsed, "json"), failure);
    detach(&attachment);
    return ok;
}

const struct command command_stats = {
    .name = "stats",
    .summary = "show the statistics of a QEMU that is already running",
    .examples = examples,
    .arguments = "SOCKET",
    .options = options,
    .details =
        "SOCKET is the path of a unix socket, unix:PATH, @NAME (QEMU's "
        "abstract=on),\nHOST:PORT, tcp:HOST:PORT or [IPV6]:PORT, as QEMU's "
        "-qmp has made it. A monitor\nthat serves another client is waited "
        "for until the timeout. Nothing is changed\nin that QEMU.\n\nThe size "
        "is the RAM less the balloon; the target is the size last requested,\n"
        "read from the device's register. Resident is the memory of QEMU's "
        "process on\nthis host, if SOCKET certainly leads to QEMU.\n\n"
        "Without statistics all of this is shown too, with the reason, and the "
        "exit code\nis 6. The word after the machine's state is the condition "
        "of the statistics: not-running,\nno-driver, driver-failed, "
        "device-broken, stats-not-negotiated, stats-never-offered,\n"
        "guest-silent, stats-empty, polling-off, clock-stepped or stale; "
        "\"reason\" in JSON.\n",
    .run = run,
};
