// SPDX-License-Identifier: MIT
// Attaching to a QEMU that is already running.
// Limits: one deadline for the connection, the greeting, the search, and all
// commands.
#include "cli/attach.h"

#include <stddef.h>

#include "cli/conflicts.h"

enum {
    DEFAULT_TIMEOUT = 5000 // milliseconds
};

bool attach_monitor(const char *address, uint64_t timeout_ms,
                    struct attachment *attachment, struct failure *failure)
{
    int fd;

    *attachment =
        (struct attachment){.balloon.deadline = deadline_in_ms(timeout_ms)};
    attachment->loop = loop_create(failure);
    if (!attachment->loop) {
        return false;
    }
    if (session_connect(attachment->loop, address, attachment->balloon.deadline,
                        &fd, failure)) {
        attachment->balloon.session =
            session_open(attachment->loop, fd, attachment->balloon.deadline,
                         NULL, NULL, failure);
    }
    if (attachment->balloon.session) {
        return true;
    }
    detach(attachment);
    return false;
}

bool attach(const char *address, uint64_t timeout_ms,
            struct attachment *attachment, struct failure *failure)
{
    if (!attach_monitor(address, timeout_ms, attachment, failure)) {
        return false;
    }
    if (balloon_find(&attachment->balloon, failure)) {
        return true;
    }
    detach(attachment);
    return false;
}

void detach(struct attachment *attachment)
{
    session_close(attachment->balloon.session);
    loop_destroy(attachment->loop);
}

bool attach_options(const struct option *options, int argc, char **argv,
                    int operands, const char *names, struct parsed *parsed,
                    uint64_t *timeout_ms, struct failure *failure)
{
    if (!options_parse(options, argc, argv, parsed, failure) ||
        !conflicts_check(argv[0], options, parsed, failure) ||
        !options_duration(options, parsed, "timeout", DEFAULT_TIMEOUT,
                          timeout_ms, failure)) {
        return false;
    }
    if (parsed->help) {
        return true;
    }
    if (parsed->operand_count != operands || parsed->rest_count) {
        return failure_set(failure, CODE_USAGE, "%s requires %s", argv[0],
                           names);
    }
    return true;
}
