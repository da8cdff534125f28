// SPDX-License-Identifier: MIT
// A started program with all its descendants. None of the descendants outlives
// the program, and no process outlives the tool.
// The program gets /dev/null as stdin, two pipes, and the inherited files under
// the same numbers; all other files are CLOEXEC.
// Limits: those of keeper.h, when a keeper is killed.
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
    bool ended;    // no process is left: the next two are valid
    int status;    // of the program, as waitpid gives it
    unsigned left; // processes that outlived the program and were killed
};

// Starts argv[0] (a path). `inherit` lists the files above 2 that stay open in
// the child; the caller's copies stay open too. CODE_HOST when the start fails;
// a failed exec is reported with its errno.
MUST_USE bool process_start(struct process *process, char *const *argv,
                            const int *inherit, int inherit_count,
                            struct failure *failure);

// Reaps without waiting. True when the program and all its descendants have
// ended; the keeper kills those that outlive the program.
bool process_ended(struct process *process);

// Sends a signal to the program's process group; SIGKILL: to all descendants
// too.
void process_signal(const struct process *process, int signal_number);

// Closes the files. A program that has not ended is killed by that.
void process_close(struct process *process);

#endif
