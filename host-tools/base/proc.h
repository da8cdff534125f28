// SPDX-License-Identifier: MIT
// Processes of this host, for messages that name them. Linux, proc(5).
// Limits: what other users' processes have open is shown to root alone, and a
// process of another PID namespace is not there at all.
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attributes.h"

enum {
    PROC_NAME = 80
};

struct proc {
    pid_t pid;            // 0: unknown
    char name[PROC_NAME]; // as the kernel has it ("qemu-system-x86"), harmless
    char state;           // 'R', 'S', ...; 'T' and 't' are stopped
};

// False: there is no such process to be seen.
MUST_USE bool proc_read(pid_t pid, struct proc *proc);

// Puts the program and the first word of its command line that is no option
// in the name's place: "aerostat events".
void proc_words(struct proc *proc);

// A process that has the socket open, by its inode (sockfs); 0: none is to be
// seen.
pid_t proc_of_socket(uint32_t inode);

#endif
