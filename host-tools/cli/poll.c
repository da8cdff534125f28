// SPDX-License-Identifier: MIT
// `aerostat poll SOCKET TIME|off`: sets the polling interval.
// Limits: whole seconds, 0..4294967295; 0 and "off" are the same.
#include "cli/command.h"

#include <string.h>

#include "balloon/interval.h"
#include "base/output.h"
#include "cli/attach.h"

static const struct option options[] = {
    {"timeout", "TIME", "for the whole command (default 5s)"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat poll /run/vm/qmp.sock 2",
    "aerostat poll /run/vm/qmp.sock off",
    NULL,
};

static bool parse_interval(const char *text, uint32_t *seconds,
                           struct failure *failure)
{
    *seconds = 0;
    return strcmp(text, "off") == 0 ||
           interval_parse(text, "the interval", 0, seconds, failure);
}

static void show_interval(uint32_t seconds)
{
    if (seconds) {
        output("%lu s", (unsigned long)seconds);
    } else {
        output("off");
    }
}

static bool change(struct attachment *attachment, uint32_t seconds,
                   struct failure *failure)
{
    uint32_t before;

    if (!balloon_get_interval(&attachment->balloon, &before, failure) ||
        !balloon_set_interval(&attachment->balloon, seconds, failure)) {
        return false;
    }
    output("%s (%s): polling was ", attachment->balloon.device.path,
           attachment->balloon.device.type);
    show_interval(before);
    output(", is ");
    show_interval(seconds);
    output("\n");
    return output_flush(failure);
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;
    struct attachment attachment;
    uint64_t timeout;
    uint32_t seconds;

    if (!attach_options(options, argc, argv, 2, "a SOCKET and a TIME or off",
                        &parsed, &timeout, failure)) {
        return false;
    }
    if (parsed.help) {
        help_command(&command_poll);
        return true;
    }
    if (!parse_interval(parsed.operands[1], &seconds, failure) ||
        !attach(parsed.operands[0], timeout, &attachment, failure)) {
        return false;
    }
    bool ok = change(&attachment, seconds, failure);
    detach(&attachment);
    return ok;
}

const struct command command_poll = {
    .name = "poll",
    .summary = "set how often QEMU asks the guest for statistics",
    .examples = examples,
    .arguments = "SOCKET TIME|off",
    .options = options,
    .details =
        "When polling is switched on, QEMU makes a request at once, and then "
        "each time the\ninterval has passed since the guest's last answer. "
        "The setting remains after the\ncommand.\n",
    .run = run,
};
