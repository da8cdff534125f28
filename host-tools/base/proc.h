// SPDX-License-Identifier: MIT
// Processes of this host, for messages that name them. Linux, proc(5).
// Limits: only root sees the open files of other users' processes; a process of
// another PID namespace is not visible.
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
    char name[PROC_NAME]; // the kernel's ("qemu-system-x86"), escaped
    char state;           // 'R', 'S', ...; 'T' and 't' are stopped
};

// False: no such process is visible.
MUST_USE bool proc_read(pid_t pid, struct proc *proc);

// Replaces the name by the program's file name and the first argument, unless
// that is an option: "aerostat events".
void proc_words(struct proc *proc);

// A process that has the socket with this inode (sockfs) open; 0: none is
// visible.
pid_t proc_of_socket(uint32_t inode);

#endif
