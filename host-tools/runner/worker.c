// SPDX-License-Identifier: MIT
// A worker: a process that runs one case and writes its outcome to a pipe.
// Limits: an outcome is smaller than a pipe's buffer, so that no worker waits
// for the runner to read.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "runner/internal.h"

// Called in the child, with the signals blocked. The process group of its own
// keeps Ctrl-C from the worker: the runner takes it and sends one SIGTERM.
static void become_worker(const struct runner *runner, pid_t parent)
{
    sigset_t none;

    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) {
        _exit(1);
    }
    loop_destroy(runner->loop); // the parent's; the fixture makes its own
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_case(const struct runner *runner, const struct worker *worker,
                     int pipe)
{
    const struct column *column =
        &runner->verification->columns[worker->column];
    const struct runner_case *job = &runner->cases[worker->subject];
    struct fixture_outcome outcome;

    fixture_run(
        &(struct fixture_case){
            .claim = job->claim,
            .form = job->form,
            .qemu = column->program,
            .accel = column->accelerator,
            .guest = runner->guest,
            .version = column->version,
            .folder = worker->folder,
            .no_sandbox = column->no_sandbox,
            .timeout = runner->timeout,
            .seeds = runner->seeds,
        },
        &outcome);
    _exit(write(pipe, &outcome, sizeof outcome) == sizeof outcome ? 0 : 1);
}

static bool cannot_start(const struct runner *runner, struct worker *worker,
                         const char *what)
{
    struct result *result = verification_result(
        runner->verification, worker->subject, worker->column);
    const char *reason = strerror(errno);
    struct buffer text = {0};
    char *shown = text_one_line(what);

    buffer_format(&text, "cannot make %s: %s", shown, reason);
    free(shown);
    *result = (struct result){
        .status = STATUS_ERROR,
        .code = CODE_HOST,
        .done = true,
        .text = text.data,
    };
    free(worker->folder);
    *worker = (struct worker){0};
    return false;
}

bool worker_start(const struct runner *runner, struct worker *worker,
                  size_t subject, size_t column)
{
    int ends[2];
    sigset_t all;
    sigset_t before;
    pid_t parent = getpid();

    *worker = (struct worker){.subject = subject, .column = column};
    if (!folder_make(runner, subject, column, &worker->folder)) {
        return cannot_start(runner, worker, worker->folder);
    }
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return cannot_start(runner, worker, "a pipe");
    }
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        become_worker(runner, parent);
        run_case(runner, worker, ends[1]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return cannot_start(runner, worker, "a process");
    }
    worker->pid = pid;
    worker->pipe = ends[0];
    worker->started = clock_now();
    worker->deadline = deadline_in_ms(runner->timeout + runner->grace);
    return true;
}

void worker_signal(const struct worker *worker, int signal_number)
{
    if (worker->pid) {
        kill(worker->pid, signal_number);
    }
}

char *runner_text(const char *text)
{
    struct buffer out = {0};
    char line[1024];

    while (*text) {
        size_t length = strcspn(text, "\n");
        text_escape(line, sizeof line, text, length);
        buffer_format(&out, "%s%s", out.length ? "\n" : "", line);
        text += length + (text[length] == '\n');
    }
    return out.data;
}

// The outcome for a worker that has ended without writing one.
static void describe_end(const struct worker *worker, int status,
                         struct fixture_outcome *outcome)
{
    *outcome = (struct fixture_outcome){.code = worker->overdue ? CODE_TIMEOUT
                                                                : CODE_HOST};
    if (worker->terminated) {
        // SIGTERM came before the fixture's loop existed, or after its end.
        outcome->code = CODE_TERMINATED;
        text_format(outcome->text, sizeof outcome->text, "interrupted");
    } else if (worker->overdue) {
        text_format(outcome->text, sizeof outcome->text,
                    "the check hangs: its process was killed");
    } else if (WIFSIGNALED(status)) {
        text_format(outcome->text, sizeof outcome->text,
                    "the check crashed: signal %d (%s)", WTERMSIG(status),
                    strsignal(WTERMSIG(status)));
    } else {
        text_format(outcome->text, sizeof outcome->text,
                    "the check's process ended with status %d and no outcome",
                    WEXITSTATUS(status));
    }
}

static void fill_result(const struct runner *runner,
                        const struct worker *worker, bool has_outcome,
                        const struct fixture_outcome *outcome)
{
    struct column *column = &runner->verification->columns[worker->column];
    struct result *result = verification_result(
        runner->verification, worker->subject, worker->column);

    if (worker->subject == 0) {
        struct qemu_version version = version_of(outcome->version);
        text_format(column->version, sizeof column->version, "%s",
                    outcome->version);
        column->known = version_known(&version);
        column->no_sandbox = outcome->no_sandbox;
    }
    struct qemu_version version = version_of(column->version);
    *result = (struct result){
        .finding = outcome->finding,
        .expected =
            claim_expected(runner->cases[worker->subject].claim, &version),
        .code = outcome->code,
        .done = true,
        .text = runner_text(outcome->text),
        .folder = text_one_line(worker->folder),
        .incomplete = outcome->incomplete,
        .nanoseconds = clock_now() - worker->started,
    };
    if (exit_code_is_signal(outcome->code)) {
        result->status = STATUS_SKIPPED;
        result->done = false;
    } else if (!has_outcome || outcome->code == CODE_HOST) {
        result->status = STATUS_ERROR;
    } else {
        // A canary that fails is a failure, never news, on any QEMU.
        result->status = result_judge(result->finding, result->expected,
                                      column->known || worker->subject == 0);
    }
}

// Removes the folder of a case that did not fail, unless all are kept.
static void drop_folder(const struct runner *runner,
                        const struct worker *worker)
{
    struct result *result = verification_result(
        runner->verification, worker->subject, worker->column);

    if (!runner->keep && result->status != STATUS_FAILED &&
        result->status != STATUS_ERROR && result->status != STATUS_NEWS) {
        folder_remove(runner->folder, worker->folder);
        free(result->folder);
        result->folder = NULL;
        result->incomplete = false; // its files are gone anyway
    }
}

bool worker_ended(const struct runner *runner, struct worker *worker)
{
    struct fixture_outcome outcome;
    int status;

    if (waitpid(worker->pid, &status, WNOHANG) != worker->pid) {
        return false;
    }
    bool has_outcome =
        read(worker->pipe, &outcome, sizeof outcome) == sizeof outcome;
    close(worker->pipe);
    if (!has_outcome) {
        describe_end(worker, status, &outcome);
    }
    fill_result(runner, worker, has_outcome, &outcome);
    drop_folder(runner, worker);
    free(worker->folder);
    *worker = (struct worker){0};
    return true;
}
