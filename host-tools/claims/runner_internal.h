// SPDX-License-Identifier: MIT
// The inside of the runner: its workers and their folders.
// Limits: for claims/runner*.c alone.
#ifndef CLAIMS_RUNNER_INTERNAL_H
#define CLAIMS_RUNNER_INTERNAL_H

#include <sys/types.h>

#include "claims/lab_run.h"
#include "claims/runner.h"

struct worker {
    pid_t pid;  // 0: this place is free
    int report; // read end of its pipe
    size_t subject;
    size_t column;
    char *folder;
    int64_t started;
    struct deadline deadline; // it is killed then
    bool overdue;             // that has happened
    bool told;                // to end, by SIGTERM
};

// Forks a worker for the case. False (the result says why) when it cannot.
MUST_USE bool worker_start(const struct runner *runner, struct worker *worker,
                           size_t subject, size_t column);

// Reaps without waiting; true when it has ended, and its result is filled in.
bool worker_ended(const struct runner *runner, struct worker *worker);

void worker_signal(const struct worker *worker, int signal_number);

// Foreign text with its line ends, else printable. NULL for "".
char *runner_text(const char *text);

// Makes BASE/[COLUMN/]NAME with all that is missing on the way; *folder is by
// memory_get. False: errno.
MUST_USE bool folder_make(const struct runner *runner, size_t subject,
                          size_t column, char **folder);
// Removes a folder and all that is in it, and then what is empty above it,
// below `base`.
void folder_remove(const char *base, const char *folder);

#endif
