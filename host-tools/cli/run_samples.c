// SPDX-License-Identifier: MIT
// The samples of a run: each is taken from the stopped machine, compared, and
// shown.
#include "cli/run_samples.h"

#include "balloon/sampling.h"
#include "balloon/taken.h"
#include "base/output.h"

// The balloon, for one more command.
static struct balloon *balloon_of(struct run_samples *run)
{
    run->balloon.session = machine_session(run->machine);
    run->balloon.deadline = deadline_in_ms(run->timeout);
    return &run->balloon;
}

static bool execute(struct run_samples *run, const char *command,
                    struct failure *failure)
{
    const struct balloon *balloon = balloon_of(run);

    return session_execute(balloon->session, command, NULL, balloon->deadline,
                           NULL, failure);
}

// Adds a verdict to the summary.
static void add_verdict(struct run_samples *run, enum compared compared,
                        bool had_one)
{
    struct summary *summary = &run->summary;

    summary->samples++;
    summary->equal += compared == COMPARED_EQUAL;
    summary->different += compared == COMPARED_DIFFERENT;
    summary->not_taken += compared == COMPARED_NOT_TAKEN;
    summary->answered +=
        run->polling && had_one && compared != COMPARED_NOT_TAKEN;
    // A device that has not taken this sample has no buffer for a request.
    run->no_buffer = compared == COMPARED_NOT_TAKEN || !had_one;
}

static bool has_all(const struct run_samples *run)
{
    return run->count && run->summary.samples >= run->count;
}

// With the machine stopped: reads, compares, prints. A sample beyond the
// requested number only shows that a request is answered.
static bool compare_now(struct run_samples *run, struct failure *failure)
{
    const struct truth *truth = &run->feed.newest;
    struct difference differences[DIFFERENCES];
    struct sample sample;
    const bool beyond = has_all(run);

    if (!balloon_read(balloon_of(run), &sample, failure)) {
        return false;
    }
    size_t different = compare(truth, &sample, differences);
    enum compared compared = compare_judge(truth, &sample, different);
    if (balloon_taken(balloon_of(run)) == TAKEN_NOT) {
        compared = COMPARED_NOT_TAKEN;
    }
    run->shown = truth->seq;
    if (beyond && compared == COMPARED_EQUAL) {
        run->summary.answered++;
        return true;
    }
    add_verdict(run, compared, sample.last_update);
    if (run->silent) {
        return true;
    }
    show_sample(
        &(struct shown){
            .device = &run->balloon.device,
            .sample = &sample,
            .qemu_version = session_qemu_version(run->balloon.session),
            .interval = run->polling,
            .number = run->summary.samples,
            .truth = truth,
            .compared = compared,
            .differences = differences,
            .difference_count = different,
        },
        run->json);
    return output_flush(failure);
}

// Takes one sample and prints it.
static bool take(struct run_samples *run, struct deadline deadline,
                 struct failure *failure)
{
    return sampling_stop_settled(run->machine, &run->feed, run->shown, deadline,
                                 failure) &&
           compare_now(run, failure) && execute(run, "cont", failure);
}

static bool set_polling(struct run_samples *run, struct failure *failure)
{
    if (!balloon_set_interval(balloon_of(run), run->interval, failure)) {
        return false;
    }
    run->polling = run->interval;
    return true;
}

// No more samples can come, or none are needed.
static bool is_enough(const struct run_samples *run)
{
    const struct summary *summary = &run->summary;

    return run->no_buffer ||
           (has_all(run) && (summary->answered || summary->different));
}

static bool take_all(struct run_samples *run, struct failure *failure)
{
    // The machine starts here. The driver's first buffer needs no request, and
    // so no polling.
    if (!execute(run, "cont", failure) ||
        !take(run, deadline_in_ms(run->timeout), failure)) {
        return false;
    }
    if (!is_enough(run) && !set_polling(run, failure)) {
        return false;
    }
    while (!is_enough(run)) {
        if (!take(run,
                  deadline_in_ms((uint64_t)run->interval * MS_PER_S +
                                 run->timeout),
                  failure)) {
            return false;
        }
    }
    return true;
}

bool run_samples_take(struct run_samples *run, struct failure *failure)
{
    if (balloon_find(balloon_of(run), failure)) {
        if (!run->json && !run->silent) {
            message("aerostat: balloon found: %s (%s)",
                    run->balloon.device.path, run->balloon.device.type);
        }
        return take_all(run, failure) || machine_explain(run->machine, failure);
    }
    return machine_explain(run->machine, failure);
}
