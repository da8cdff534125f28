// SPDX-License-Identifier: MIT
// The samples of a run: each is taken from the stopped machine, compared, and
// shown.
#include "cli/run_samples.h"

#include "balloon/sampling.h"
#include "balloon/size.h"
#include "balloon/size_query.h"
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
    return run->count && run->summary.samples >= run->count + run->in_middle;
}

// --- The prediction ----------------------------------------------------------

static void note_once(struct run_samples *run, const char *why)
{
    if (!run->noted) {
        message("note: no prediction: %s", why);
        run->noted = true;
    }
}

// The sample's prediction, if there is one. The balloon could have been moved
// by another monitor of the user's.
static bool find_prediction(struct run_samples *run,
                            struct shown_prediction *prediction,
                            struct failure *failure)
{
    struct run_script *script = &run->script;
    const struct followed *followed = &script->follow.newest;
    int64_t actual;

    *prediction = (struct shown_prediction){
        .known = followed->known && followed->seq == run->feed.newest.seq,
        .numbers = followed->numbers,
        .before = &run->before,
        .before_number = run->summary.samples,
        .words = buffer_string(&script->follow.done),
        .wrong = buffer_string(&script->follow.wrong),
        .now = script->follow.is_size ? NULL : script->follow.word,
        .done = run->feed.newest.work.done,
    };
    if (script->follow.lost) {
        note_once(run, "the balloon has parts of huge pages, so that their "
                       "number is open");
    }
    if (!prediction->known) {
        return true;
    }
    if (!balloon_actual(balloon_of(run), &actual, failure)) {
        return false;
    }
    if (actual != (int64_t)(script->ram - followed->ballooned * SIZE_PAGE)) {
        note_once(run, "the balloon was moved by another monitor");
        prediction->known = false;
    }
    return true;
}

// --- A sample ----------------------------------------------------------------

static void show(struct run_samples *run, const struct shown *shown)
{
    show_sample(shown, run->json);
    run->before = *shown->truth;
    follow_shown(&run->script.follow);
}

static enum compared judge(struct run_samples *run, const struct sample *sample,
                           const struct shown_prediction *prediction,
                           size_t differences)
{
    const struct truth *truth = &run->feed.newest;
    const enum compared compared = compare_judge(truth, sample, differences);

    if (balloon_taken(balloon_of(run)) == TAKEN_NOT) {
        return COMPARED_NOT_TAKEN;
    }
    return compared == COMPARED_EQUAL && prediction_fails(prediction, truth)
               ? COMPARED_DIFFERENT
               : compared;
}

// With the machine stopped: reads, compares, prints. A sample beyond the
// requested number only shows that a request is answered.
static bool compare_now(struct run_samples *run, struct failure *failure)
{
    const struct truth *truth = &run->feed.newest;
    struct difference differences[DIFFERENCES];
    struct shown_prediction prediction;
    struct sample sample;
    const bool beyond = has_all(run);

    if (!balloon_read(balloon_of(run), &sample, failure) ||
        !find_prediction(run, &prediction, failure)) {
        return false;
    }
    const size_t different = compare(truth, &sample, differences);
    const enum compared compared = judge(run, &sample, &prediction, different);

    run->shown = truth->seq;
    if (beyond && compared == COMPARED_EQUAL) {
        run->summary.answered++;
        return true;
    }
    add_verdict(run, compared, sample.last_update);
    run->in_middle += run->script.follow.newest.in_middle;
    if (run->silent) {
        return true;
    }
    show(run, &(struct shown){
                  .device = &run->balloon.device,
                  .sample = &sample,
                  .qemu_version = session_qemu_version(run->balloon.session),
                  .interval = run->polling,
                  .number = run->summary.samples,
                  .truth = truth,
                  .compared = compared,
                  .differences = differences,
                  .difference_count = different,
                  .prediction = run->script.wanted ? &prediction : NULL,
              });
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

// --- The script --------------------------------------------------------------

static bool has_new_sample(const struct run_samples *run)
{
    return run->feed.malformed || (run->feed.newest.seq > run->shown &&
                                   sampling_settled(run->machine, &run->feed));
}

static bool answered_or_sampled(void *context)
{
    const struct run_samples *run = context;

    return follow_answered(&run->script.follow) || has_new_sample(run);
}

// Waits for the answer to a word; samples that come before it are shown.
static bool await_answer(struct run_samples *run, struct failure *failure)
{
    const struct deadline deadline = deadline_in_ms(run->timeout);

    do {
        if (!machine_await(run->machine, answered_or_sampled, run, deadline,
                           run_script_awaited(&run->script), failure) ||
            (has_new_sample(run) && !take(run, deadline, failure))) {
            return false;
        }
    } while (!follow_answered(&run->script.follow) && !run->no_buffer);
    return true;
}

// Does the next part of the script.
static bool do_part(struct run_samples *run, struct failure *failure)
{
    struct run_script *script = &run->script;

    if (!run_script_has_more(script)) {
        return true;
    }
    script->follow.in_part = true;
    do {
        if (!run_script_send(script, run->machine, balloon_of(run), failure) ||
            !await_answer(run, failure)) {
            return false;
        }
    } while (run_script_in_part(script) && !run->no_buffer);
    script->follow.in_part = false;
    return true;
}

// A part of the script, and the sample behind it.
static bool take_next(struct run_samples *run, struct failure *failure)
{
    if (!do_part(run, failure) ||
        (!run->polling && !set_polling(run, failure))) {
        return false;
    }
    uint64_t in_middle;

    do {
        const uint64_t ms = (uint64_t)run->interval * MS_PER_S + run->timeout;

        in_middle = run->in_middle;
        if (!run->no_buffer && !take(run, deadline_in_ms(ms), failure)) {
            return false;
        }
    } while (run->in_middle != in_middle);
    return true;
}

static bool take_all(struct run_samples *run, struct failure *failure)
{
    // The machine starts here. The driver's first buffer needs no request, and
    // so no polling.
    if (!execute(run, "cont", failure) ||
        !take(run, deadline_in_ms(run->timeout), failure)) {
        return false;
    }
    if (run->script.wanted && !is_enough(run) &&
        !run_script_begin(&run->script, run->machine, balloon_of(run),
                          failure)) {
        return false;
    }
    while (!is_enough(run)) {
        if (!take_next(run, failure)) {
            return false;
        }
    }
    if (run_script_has_more(&run->script) && !run->no_buffer) {
        message("note: the script has more parts than --samples %llu shows",
                (unsigned long long)run->count);
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
