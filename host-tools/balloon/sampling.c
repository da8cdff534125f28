// SPDX-License-Identifier: MIT
// Sampling without a race: the machine is stopped while both sides are read.
// Limits: after a stop in the middle of a sample it tries again, up to the
// deadline.
#include "balloon/sampling.h"

#include "base/text.h"
#include "machine/firmware.h"

//   guest:  stats seq=7 ... | notify | sent seq=7 |           (idle)
//   QEMU:                     reads the buffer, sets last-update
//
// If the machine stops before "sent", QEMU may or may not have the buffer, and
// nothing can be compared. If it stops after "sent" and no later "stats" has
// begun, both sides have the same sample.

enum {
    SHOWN_LINES = 4
};

struct awaited {
    struct machine *machine;
    const struct truth_feed *feed;
    uint64_t after_seq;
};

bool sampling_settled(const struct machine *machine,
                      const struct truth_feed *feed)
{
    return truth_feed_settled(feed) &&
           !truth_can_become(lines_begun(machine_console(machine)));
}

static bool is_settled(const struct awaited *awaited)
{
    return awaited->feed->newest.seq > awaited->after_seq &&
           sampling_settled(awaited->machine, awaited->feed);
}

// The firmware of this machine has given up before a guest ran.
static bool started_nothing(const struct awaited *awaited,
                            struct failure *failure)
{
    return awaited->feed->newest.seq == 0 &&
           firmware_gave_up(machine_console(awaited->machine), failure);
}

static bool wait_is_over(void *context)
{
    const struct awaited *awaited = context;
    struct failure ignored;

    return awaited->feed->malformed || is_settled(awaited) ||
           started_nothing(awaited, &ignored);
}

static bool add_console(const struct machine *machine, struct failure *failure)
{
    struct buffer lines = {0};

    lines_tail(machine_console(machine), SHOWN_LINES, "  ", &lines);
    failure_add(failure, "%s", buffer_string(&lines));
    buffer_free(&lines);
    return false;
}

bool sampling_lines_valid(const struct machine *machine,
                          const struct truth_feed *feed,
                          struct failure *failure)
{
    if (!feed->malformed) {
        return true;
    }
    failure_set(failure, CODE_DIFFERENT, "the guest's lines are not valid: %s",
                feed->reason);
    return add_console(machine, failure);
}

static bool await_settled(struct awaited *awaited, struct deadline deadline,
                          struct failure *failure)
{
    const uint64_t sent = awaited->feed->sent;
    char line[80];

    text_format(line, sizeof line, "the guest's line 'sent seq=%llu' on COM1",
                (unsigned long long)(sent > awaited->after_seq
                                         ? sent
                                         : awaited->after_seq) +
                    1);
    if (!machine_await(awaited->machine, wait_is_over, awaited, deadline, line,
                       failure)) {
        return false;
    }
    if (started_nothing(awaited, failure)) {
        return add_console(awaited->machine, failure);
    }
    return sampling_lines_valid(awaited->machine, awaited->feed, failure);
}

bool sampling_stop_settled(struct machine *machine,
                           const struct truth_feed *feed, uint64_t after_seq,
                           struct deadline deadline, struct failure *failure)
{
    struct awaited awaited = {machine, feed, after_seq};
    struct session *session = machine_session(machine);

    for (;;) {
        if (!await_settled(&awaited, deadline, failure) ||
            !session_execute(session, "stop", NULL, deadline, NULL, failure)) {
            return false;
        }
        machine_drain(machine);
        if (!sampling_lines_valid(machine, feed, failure)) {
            return false;
        }
        if (is_settled(&awaited)) {
            return true;
        }
        // The stop came too late: the next sample has begun.
        if (!session_execute(session, "cont", NULL, deadline, NULL, failure)) {
            return false;
        }
    }
}
