// SPDX-License-Identifier: MIT
// The process between the tool and a program that the tool starts. A program
// may fork, leave its group and session, and end before its children; the
// keeper adopts these, and ends them when the program or the tool ends.
// prctl(2), PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG. Limits: if the keeper
// and the tool are killed together, only the program itself ends.
#ifndef MACHINE_KEEPER_H
#define MACHINE_KEEPER_H

#include <stdnoreturn.h>

struct keeper {
    char *const *argv;  // argv[0] is a path
    const int *inherit; // files above 2 that stay open in the program
    int inherit_count;
    int in; // the program's stdin, stdout and stderr
    int out;
    int err;
    int report; // receives the errno of a failed start; CLOEXEC
    int tool;   // socket: requests for signals come in, the outcome goes out
};

// Written to `tool` when all processes have ended.
struct keeper_outcome {
    int status;    // of the program, as waitpid gives it
    unsigned left; // processes that were killed after the program's end
};

// Called in a child of the tool, with all signals blocked. Starts the program
// in its own process group. A byte from `tool` is the number of a signal for
// that group. On SIGKILL, at EOF of `tool`, and when the program ends, the
// keeper kills all its descendants.
noreturn void keeper_run(const struct keeper *keeper);

// Kills and reaps all children of the calling process and, if it adopts orphans
// (a subreaper), all their descendants.
void keeper_end_children(void);

#endif
