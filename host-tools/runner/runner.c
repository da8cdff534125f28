// SPDX-License-Identifier: MIT
// Decides when each case runs, and makes sure that all of them end.
// Limits: RUNNER_JOBS workers at a time.
#include "runner/runner.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/buffer.h"
#include "runner/internal.h"

enum {
    RUNNER_JOBS = 256,
    END_SECONDS = 12 // for the workers to end their QEMUs
};

struct state {
    struct runner *runner;
    struct worker workers[RUNNER_JOBS];
    size_t running;
    bool *started; // indexed like the results
    size_t first;  // all cases before it have started
};

static size_t total(const struct runner *runner)
{
    return runner->verification->subject_count *
           runner->verification->column_count;
}

static void skip(struct result *result, const char *why)
{
    *result = (struct result){
        .status = STATUS_SKIPPED,
        .text = memory_text(why),
    };
}

static void notify_progress(const struct state *state)
{
    if (state->runner->progress) {
        state->runner->progress(state->runner->context);
    }
}

// Whether a case of this column may run, by its canary's result.
enum permission {
    PERMIT_NOW,
    PERMIT_LATER,
    PERMIT_NEVER
};

static enum permission permission(const struct runner *runner, size_t index)
{
    size_t columns = runner->verification->column_count;
    const struct result *canary =
        verification_result(runner->verification, 0, index % columns);

    if (index < columns) {
        return PERMIT_NOW; // the canary itself
    }
    if (!canary->done) {
        return PERMIT_LATER;
    }
    return canary->status == STATUS_PASSED ? PERMIT_NOW : PERMIT_NEVER;
}

// The next case that may run; total() if there is none now.
static size_t next(struct state *state)
{
    size_t count = total(state->runner);

    while (state->first < count && state->started[state->first]) {
        state->first++;
    }
    for (size_t i = state->first; i < count; i++) {
        if (state->started[i]) {
            continue;
        }
        enum permission permitted = permission(state->runner, i);
        if (permitted == PERMIT_NOW) {
            return i;
        }
        if (permitted == PERMIT_NEVER) {
            state->started[i] = true;
            skip(&state->runner->verification->results[i],
                 "not run: the canary failed on this QEMU");
            notify_progress(state);
        }
    }
    return count;
}

static struct worker *free_worker(struct state *state)
{
    for (size_t i = 0; i < RUNNER_JOBS && i < state->runner->jobs; i++) {
        if (!state->workers[i].pid) {
            return &state->workers[i];
        }
    }
    return NULL;
}

static void start_cases(struct state *state)
{
    size_t columns = state->runner->verification->column_count;
    struct worker *worker;
    size_t index;

    while ((worker = free_worker(state)) &&
           (index = next(state)) < total(state->runner)) {
        state->started[index] = true;
        if (worker_start(state->runner, worker, index / columns,
                         index % columns)) {
            state->running++;
        } else {
            notify_progress(state);
        }
    }
}

// Reaps workers that have ended and kills overdue ones; *deadline is the
// earliest of the remaining workers' deadlines.
static void reap_workers(struct state *state, struct deadline *deadline)
{
    *deadline = deadline_never();
    for (size_t i = 0; i < RUNNER_JOBS; i++) {
        struct worker *worker = &state->workers[i];
        if (!worker->pid) {
            continue;
        }
        if (worker_ended(state->runner, worker)) {
            state->running--;
            notify_progress(state);
            continue;
        }
        if (!worker->overdue && deadline_passed(worker->deadline)) {
            worker->overdue = true;
            worker_signal(worker, SIGKILL); // its QEMU dies with it
        }
        if (!worker->overdue) {
            *deadline = deadline_sooner(*deadline, worker->deadline);
        }
    }
}

static void signal_all(const struct state *state, int number)
{
    for (size_t i = 0; i < RUNNER_JOBS; i++) {
        worker_signal(&state->workers[i], number);
    }
}

// Ctrl-C: the workers end their QEMUs and themselves.
static void end_workers(struct state *state)
{
    struct deadline deadline = deadline_in_seconds(END_SECONDS);
    struct deadline ignored;

    loop_hold_interrupts(state->runner->loop, true);
    for (size_t i = 0; i < RUNNER_JOBS; i++) {
        state->workers[i].terminated = true;
    }
    signal_all(state, SIGTERM);
    reap_workers(state, &ignored);
    while (state->running) {
        if (loop_step(state->runner->loop, deadline) == LOOP_TIMEOUT) {
            signal_all(state, SIGKILL);
            deadline = deadline_in_seconds(END_SECONDS);
        }
        reap_workers(state, &ignored);
    }
}

// Reaps QEMUs whose worker was killed: this process is their subreaper.
static void reap_orphans(struct loop *loop)
{
    struct deadline deadline = deadline_in_seconds(END_SECONDS);
    pid_t pid = 0;

    while (pid >= 0 && !deadline_passed(deadline)) {
        pid = waitpid(-1, NULL, WNOHANG);
        if (pid == 0) {
            loop_hold_interrupts(loop, true);
            if (loop_step(loop, deadline) == LOOP_TIMEOUT) {
                break;
            }
        }
    }
}

static void skip_rest(struct state *state)
{
    for (size_t i = 0; i < total(state->runner); i++) {
        struct result *result = &state->runner->verification->results[i];
        if (!result->done && !result->text) {
            skip(result, "not run: interrupted");
        }
    }
}

bool runner_run(struct runner *runner, struct failure *failure)
{
    struct state *state = memory_get(sizeof *state);
    struct deadline deadline;
    enum loop_result result = LOOP_EVENT;

    state->runner = runner;
    state->started = memory_get(total(runner) * sizeof *state->started);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    start_cases(state);
    while (state->running && result != LOOP_INTERRUPTED) {
        reap_workers(state, &deadline);
        start_cases(state);
        if (state->running) {
            result = loop_step(runner->loop, deadline);
        }
    }
    if (result == LOOP_INTERRUPTED) {
        end_workers(state);
        skip_rest(state);
        runner->verification->interrupted = true;
        loop_failure(runner->loop, result, "the cases", failure);
    }
    reap_orphans(runner->loop);
    free(state->started);
    free(state);
    return result != LOOP_INTERRUPTED;
}
