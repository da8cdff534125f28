// SPDX-License-Identifier: MIT
// `aerostat stats SOCKET`: one sample from a QEMU that is already running.
// Limits: reads, changes nothing; how fresh it is depends on the polling.
#include "cli/command.h"

#include "balloon/memory.h"
#include "base/output.h"
#include "cli/attach.h"
#include "cli/report.h"

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

static bool read_sizes(struct attachment *attachment,
                       struct report_sizes *sizes, struct failure *failure)
{
    if (!balloon_actual(attachment->session, attachment->deadline,
                        &sizes->actual, failure) ||
        !balloon_ram(attachment->session, attachment->deadline, &sizes->ram,
                     failure)) {
        return false;
    }
    target_read(attachment->session, &attachment->device, attachment->deadline,
                &sizes->target);
    resident_read(attachment->session, attachment->deadline, &sizes->resident);
    return true;
}

static bool show(struct attachment *attachment, bool json,
                 struct failure *failure)
{
    struct sample sample;
    struct report_sizes sizes;
    struct report report = {
        .device = &attachment->device, .sample = &sample, .sizes = &sizes};
    char reason[256];

    if (!balloon_read(attachment->session, &attachment->device,
                      attachment->deadline, &sample, failure) ||
        !balloon_get_interval(attachment->session, &attachment->device,
                              attachment->deadline, &report.interval,
                              failure)) {
        return false;
    }
    if (sample.last_update == 0) {
        balloon_why_none(attachment->session, attachment->deadline, reason,
                         sizeof reason);
        return failure_set(failure, CODE_NO_STATISTICS,
                           "there have never been any statistics: %s", reason);
    }
    if (!read_sizes(attachment, &sizes, failure)) {
        return false;
    }
    report.qemu_version = session_qemu_version(attachment->session);
    report_sample(&report, json);
    return output_flush(failure);
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
        "SOCKET is the path of a unix socket, unix:PATH, HOST:PORT, "
        "tcp:HOST:PORT or\n[IPV6]:PORT, as QEMU's -qmp has made it. Nothing "
        "is changed in that QEMU.\n\nThe size is what the guest leaves of the "
        "RAM; the target is what it was last asked\nfor, as the device's "
        "register has it. Resident is what QEMU's process has of\nthis host's "
        "memory, where SOCKET leads to a process that is certainly QEMU.\n",
    .run = run,
};
