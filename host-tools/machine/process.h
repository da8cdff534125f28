// SPDX-License-Identifier: MIT
// A program that is started, and ended with all that comes of it: neither it
// nor a process that it leaves behind outlives it or the tool.
// Limits: it gets /dev/null as stdin, two pipes, and the files that it is
// given, under the numbers that they have here; all others are CLOEXEC. What
// keeper.h says of a keeper that is killed.
#ifndef MACHINE_PROCESS_H
#define MACHINE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attributes.h"
#include "base/failure.h"

struct process {
    pid_t keeper;  // 0: none, or reaped already
    int control;   // socket to the keeper, CLOEXEC; -1: none
    int out;       // read ends of the program's stdout and stderr, CLOEXEC and
    int err;       // non-blocking; -1: none
    bool ended;    // nothing of it is left: the next two are valid
    int status;    // of the program, as waitpid gives it
    unsigned left; // processes that outlived the program and were killed
};

// Starts argv[0] (a path). `inherit` are files above 2 that stay open in the
// child; the caller keeps its own. CODE_HOST when it cannot be started; a
// failing exec is reported with its own errno.
MUST_USE bool process_start(struct process *process, char *const *argv,
                            const int *inherit, int inherit_count,
                            struct failure *failure);

// Reaps without waiting; true when the program has ended, and all that it left
// behind, which is killed then.
bool process_ended(struct process *process);

// A signal to the program's group; SIGKILL: to everything that came of it.
void process_signal(const struct process *process, int signal_number);

// Closes the files. The program must have ended; one
// that has not is killed.
void process_close(struct process *process);

#endif
