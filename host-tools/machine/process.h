// SPDX-License-Identifier: MIT
// A child process in its own process group that dies with the tool.
// Limits: the child gets /dev/null as stdin, two pipes, and the files that it
// is given, under the numbers that they have here; all others are CLOEXEC.
#ifndef MACHINE_PROCESS_H
#define MACHINE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attributes.h"
#include "base/failure.h"

struct process {
    pid_t pid;  // 0: none, or reaped already
    int out;    // read ends of its stdout and stderr, CLOEXEC and
    int err;    // non-blocking; -1: none
    bool ended; // reaped: `status` is valid
    int status; // as waitpid gives it
};

// Starts argv[0] (a path). `inherit` are files above 2 that stay open in the
// child; the caller keeps its own. CODE_HOST when it cannot be started; a
// failing exec is reported with its own errno.
MUST_USE bool process_start(struct process *process, char *const *argv,
                            const int *inherit, int inherit_count,
                            struct failure *failure);

// Reaps without waiting; true when the process has ended. What is left of its
// group is killed then.
bool process_ended(struct process *process);

// A signal to the whole group while it can be there.
void process_signal(const struct process *process, int signal_number);

// Closes the pipes. The process must have ended.
void process_close(struct process *process);

#endif
