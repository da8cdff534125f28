// SPDX-License-Identifier: MIT
// Sampling without a race: the machine is stopped while both sides are read.
// Limits: after a stop in the middle of a sample it tries again, up to the
// deadline.
#include "cli/run_samples.h"

#include "balloon/taken.h"
#include "base/output.h"
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

static struct deadline a_command(const struct sampling *sampling)
{
    return deadline_in_ms(sampling->timeout);
}

static bool execute(struct sampling *sampling, const char *command,
                    struct failure *failure)
{
    return session_execute(machine_session(sampling->machine), command, NULL,
                           a_command(sampling), NULL, failure);
}

// The guest has sent a new sample, and its lines are complete.
static bool is_settled(const struct sampling *sampling)
{
    return truth_feed_settled(&sampling->feed) &&
           sampling->feed.newest.seq > sampling->shown &&
           !truth_can_become(lines_begun(machine_console(sampling->machine)));
}

// The firmware of this machine has given up before a guest ran.
static bool started_nothing(const struct sampling *sampling,
                            struct failure *failure)
{
    return sampling->feed.newest.seq == 0 &&
           firmware_gave_up(machine_console(sampling->machine), failure);
}

static bool something_came(void *context)
{
    const struct sampling *sampling = context;
    struct failure ignored;

    return sampling->feed.malformed || is_settled(sampling) ||
           started_nothing(sampling, &ignored);
}

static bool add_console(const struct sampling *sampling,
                        struct failure *failure)
{
    struct buffer lines = {0};

    lines_tail(machine_console(sampling->machine), SHOWN_LINES, "  ", &lines);
    failure_add(failure, "%s", buffer_string(&lines));
    buffer_free(&lines);
    return false;
}

static bool distrust(const struct sampling *sampling, struct failure *failure)
{
    failure_set(failure, CODE_DIFFERENT,
                "the guest's own words cannot be believed: %s",
                sampling->feed.reason);
    return add_console(sampling, failure);
}

static bool await_sent(struct sampling *sampling, struct deadline deadline,
                       struct failure *failure)
{
    char awaited[80];

    text_format(awaited, sizeof awaited,
                "the guest's line 'sent seq=%llu' on COM1",
                (unsigned long long)sampling->shown + 1);
    if (!machine_await(sampling->machine, something_came, sampling, deadline,
                       awaited, failure)) {
        return false;
    }
    if (started_nothing(sampling, failure)) {
        return add_console(sampling, failure);
    }
    return !sampling->feed.malformed || distrust(sampling, failure);
}

// Adds a verdict to the summary.
static void count(struct sampling *sampling, enum compared compared,
                  bool had_one)
{
    struct summary *summary = &sampling->summary;

    summary->samples++;
    summary->equal += compared == COMPARED_EQUAL;
    summary->different += compared == COMPARED_DIFFERENT;
    summary->not_taken += compared == COMPARED_NOT_TAKEN;
    summary->answered +=
        sampling->polling && had_one && compared != COMPARED_NOT_TAKEN;
    // A device that has not taken this sample has no buffer for a request.
    sampling->fruitless = compared == COMPARED_NOT_TAKEN || !had_one;
}

static bool has_all(const struct sampling *sampling)
{
    return sampling->samples && sampling->summary.samples >= sampling->samples;
}

// With the machine stopped: reads, compares, prints. A sample beyond the
// requested number only shows that a request is answered.
static bool compare_now(struct sampling *sampling, struct failure *failure)
{
    struct session *session = machine_session(sampling->machine);
    const struct truth *truth = &sampling->feed.newest;
    struct difference differences[DIFFERENCES];
    struct sample sample;
    const bool beyond = has_all(sampling);

    if (!balloon_read(session, &sampling->device, a_command(sampling), &sample,
                      failure)) {
        return false;
    }
    size_t different = compare(truth, &sample, differences);
    enum compared compared = compare_judge(truth, &sample, different);
    if (balloon_taken(session, &sampling->device, a_command(sampling)) ==
        TAKEN_NOT) {
        compared = COMPARED_NOT_TAKEN;
    }
    sampling->shown = truth->seq;
    if (beyond && compared == COMPARED_EQUAL) {
        sampling->summary.answered++;
        return true;
    }
    count(sampling, compared, sample.last_update);
    if (sampling->silent) {
        return true;
    }
    report_sample(
        &(struct report){
            .device = &sampling->device,
            .sample = &sample,
            .qemu_version = session_qemu_version(session),
            .interval = sampling->polling,
            .number = sampling->summary.samples,
            .truth = truth,
            .compared = compared,
            .differences = differences,
            .difference_count = different,
        },
        sampling->json);
    return output_flush(failure);
}

// Takes one sample and prints it.
static bool take(struct sampling *sampling, struct deadline deadline,
                 struct failure *failure)
{
    uint64_t before = sampling->shown;

    while (sampling->shown == before) {
        if (!await_sent(sampling, deadline, failure) ||
            !execute(sampling, "stop", failure)) {
            return false;
        }
        machine_drain(sampling->machine);
        if (is_settled(sampling) && !sampling->feed.malformed &&
            !compare_now(sampling, failure)) {
            return false;
        }
        if (!execute(sampling, "cont", failure)) {
            return false;
        }
    }
    return true;
}

static bool set_polling(struct sampling *sampling, struct failure *failure)
{
    if (!balloon_set_interval(machine_session(sampling->machine),
                              &sampling->device, a_command(sampling),
                              sampling->interval, failure)) {
        return false;
    }
    sampling->polling = sampling->interval;
    return true;
}

// No more samples can come, or none are needed.
static bool enough(const struct sampling *sampling)
{
    const struct summary *summary = &sampling->summary;

    return sampling->fruitless ||
           (has_all(sampling) && (summary->answered || summary->different));
}

static bool take_all(struct sampling *sampling, struct failure *failure)
{
    // The machine starts here. The driver's first buffer needs no request, and
    // so no polling.
    if (!execute(sampling, "cont", failure) ||
        !take(sampling, deadline_in_ms(sampling->timeout), failure)) {
        return false;
    }
    if (!enough(sampling) && !set_polling(sampling, failure)) {
        return false;
    }
    while (!enough(sampling)) {
        if (!take(sampling,
                  deadline_in_ms((uint64_t)sampling->interval * MS_PER_S +
                                 sampling->timeout),
                  failure)) {
            return false;
        }
    }
    return true;
}

bool sampling_run(struct sampling *sampling, struct failure *failure)
{
    if (balloon_find(machine_session(sampling->machine), a_command(sampling),
                     &sampling->device, failure)) {
        if (!sampling->json && !sampling->silent) {
            message("aerostat: balloon found: %s (%s)", sampling->device.path,
                    sampling->device.type);
        }
        return take_all(sampling, failure) ||
               machine_explain(sampling->machine, failure);
    }
    return machine_explain(sampling->machine, failure);
}
