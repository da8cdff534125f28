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
    TIDY_SECONDS = 12 // for the workers to end their QEMUs
};

struct course {
    struct runner *runner;
    struct worker workers[RUNNER_JOBS];
    size_t running;
    bool *begun;  // indexed like the results
    size_t first; // all cases before it have begun
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

static void tell(const struct course *course)
{
    if (course->runner->progress) {
        course->runner->progress(course->runner->context);
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
static size_t next(struct course *course)
{
    size_t count = total(course->runner);

    while (course->first < count && course->begun[course->first]) {
        course->first++;
    }
    for (size_t i = course->first; i < count; i++) {
        if (course->begun[i]) {
            continue;
        }
        enum permission permitted = permission(course->runner, i);
        if (permitted == PERMIT_NOW) {
            return i;
        }
        if (permitted == PERMIT_NEVER) {
            course->begun[i] = true;
            skip(&course->runner->verification->results[i],
                 "not run: the canary failed on this QEMU");
            tell(course);
        }
    }
    return count;
}

static struct worker *free_worker(struct course *course)
{
    for (size_t i = 0; i < RUNNER_JOBS && i < course->runner->jobs; i++) {
        if (!course->workers[i].pid) {
            return &course->workers[i];
        }
    }
    return NULL;
}

static void fill(struct course *course)
{
    size_t columns = course->runner->verification->column_count;
    struct worker *worker;
    size_t index;

    while ((worker = free_worker(course)) &&
           (index = next(course)) < total(course->runner)) {
        course->begun[index] = true;
        if (worker_start(course->runner, worker, index / columns,
                         index % columns)) {
            course->running++;
        } else {
            tell(course);
        }
    }
}

// Reaps workers that have ended and kills overdue ones; *deadline is the
// earliest of the remaining workers' deadlines.
static void attend(struct course *course, struct deadline *deadline)
{
    *deadline = deadline_never();
    for (size_t i = 0; i < RUNNER_JOBS; i++) {
        struct worker *worker = &course->workers[i];
        if (!worker->pid) {
            continue;
        }
        if (worker_ended(course->runner, worker)) {
            course->running--;
            tell(course);
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

static void signal_all(const struct course *course, int number)
{
    for (size_t i = 0; i < RUNNER_JOBS; i++) {
        worker_signal(&course->workers[i], number);
    }
}

// Ctrl-C: the workers end their QEMUs and themselves.
static void end_workers(struct course *course)
{
    struct deadline deadline = deadline_in_seconds(TIDY_SECONDS);
    struct deadline ignored;

    loop_hold_interrupts(course->runner->loop, true);
    for (size_t i = 0; i < RUNNER_JOBS; i++) {
        course->workers[i].told = true;
    }
    signal_all(course, SIGTERM);
    attend(course, &ignored);
    while (course->running) {
        if (loop_step(course->runner->loop, deadline) == LOOP_TIMEOUT) {
            signal_all(course, SIGKILL);
            deadline = deadline_in_seconds(TIDY_SECONDS);
        }
        attend(course, &ignored);
    }
}

// Reaps QEMUs whose worker was killed: this process is their subreaper.
static void reap_orphans(struct loop *loop)
{
    struct deadline deadline = deadline_in_seconds(TIDY_SECONDS);
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

static void skip_rest(struct course *course)
{
    for (size_t i = 0; i < total(course->runner); i++) {
        struct result *result = &course->runner->verification->results[i];
        if (!result->done && !result->text) {
            skip(result, "not run: interrupted");
        }
    }
}

bool runner_run(struct runner *runner, struct failure *failure)
{
    struct course *course = memory_get(sizeof *course);
    struct deadline deadline;
    enum loop_result result = LOOP_EVENT;

    course->runner = runner;
    course->begun = memory_get(total(runner) * sizeof *course->begun);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    fill(course);
    while (course->running && result != LOOP_INTERRUPTED) {
        attend(course, &deadline);
        fill(course);
        if (course->running) {
            result = loop_step(runner->loop, deadline);
        }
    }
    if (result == LOOP_INTERRUPTED) {
        end_workers(course);
        skip_rest(course);
        runner->verification->interrupted = true;
        loop_failure(runner->loop, result, "the cases", failure);
    }
    reap_orphans(runner->loop);
    free(course->begun);
    free(course);
    return result != LOOP_INTERRUPTED;
}
