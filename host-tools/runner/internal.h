// SPDX-License-Identifier: MIT
// Private parts of the runner: its workers and their folders.
#ifndef RUNNER_INTERNAL_H
#define RUNNER_INTERNAL_H

#include <sys/types.h>

#include "fixture/run.h"
#include "runner/runner.h"

struct worker {
    pid_t pid; // 0: this entry is free
    int pipe;  // read end, for the outcome
    size_t subject;
    size_t column;
    char *folder;
    int64_t started;
    struct deadline deadline; // the worker is killed then
    bool overdue;             // it was killed
    bool terminated;          // it was sent SIGTERM
};

// Forks a worker for the case. False: it could not; the result says why.
MUST_USE bool worker_start(const struct runner *runner, struct worker *worker,
                           size_t subject, size_t column);

// Reaps the worker without waiting. True: it has ended and its result is filled
// in.
bool worker_ended(const struct runner *runner, struct worker *worker);

void worker_signal(const struct worker *worker, int signal_number);

// Foreign text made printable, line ends kept. NULL for "".
char *runner_text(const char *text);

// Makes BASE/[COLUMN/]NAME with the folders missing below BASE; *folder is
// allocated by memory_get. False: errno.
MUST_USE bool folder_make(const struct runner *runner, size_t subject,
                          size_t column, char **folder);
// Removes a folder with its contents, then the empty folders above it, below
// `base`.
void folder_remove(const char *base, const char *folder);

#endif
