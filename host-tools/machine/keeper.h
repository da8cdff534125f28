// SPDX-License-Identifier: MIT
// The process between the tool and a program that it starts. A program may
// fork, leave its group and its session, and end before what it started does;
// the keeper adopts all of that, and ends it when the program or the tool ends.
// Limits: a keeper that is killed together with the tool ends nothing but the
// program itself. prctl(2), PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG.
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
    int report; // gets the errno of a start that failed; CLOEXEC
    int tool;   // a socket: signals come from it, the outcome goes to it
};

// What the keeper writes into `tool` when nothing is left.
struct keeper_outcome {
    int status;    // of the program, as waitpid gives it
    unsigned left; // processes that were killed after the program's end
};

// Called in a child of the tool, with all signals blocked. Starts the program
// in a group of its own, sends that group each signal whose number comes as a
// byte from `tool`, and kills every process below itself on SIGKILL, at the
// end of `tool`, and at the program's end.
noreturn void keeper_run(const struct keeper *keeper);

// Kills and reaps all children of the calling process, and all that these
// leave to it if it adopts orphans.
void keeper_end_children(void);

#endif
