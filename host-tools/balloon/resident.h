// SPDX-License-Identifier: MIT
// The memory of this host that a QEMU has, found through its monitor's socket.
// Linux, Documentation/filesystems/proc.rst. Limits: unix sockets only; QEMU
// must be in this process's PID namespace, and be the one that listens.
#ifndef BALLOON_RESIDENT_H
#define BALLOON_RESIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "qmp/session.h"

struct resident {
    bool known;
    pid_t process;    // QEMU's
    uint64_t bytes;   // mapped and present: anonymous, file, shared and huge
                      // pages, whoever else maps them; swapped ones not
    char reason[160]; // why it is not known, one clause without a full stop
};

// Whoever listens at the socket counts as QEMU when the thread that QEMU names
// as its first virtual CPU is one of that process's: a manager that made the
// socket, or a proxy, is told apart by that. Reads smaps_rollup, which is
// exact, or status, which may lag by some pages a thread, where the first is
// not allowed. The kernel counts pages of hugetlbfs in a number of their own
// beside Rss: both are added. Asks QEMU, changes nothing, never fails.
void resident_read(struct session *session, struct deadline deadline,
                   struct resident *resident);

// Rss and both kinds of hugetlb pages of smaps_rollup, in bytes. Pure.
bool resident_rollup(const char *text, uint64_t *bytes);
// VmRSS and HugetlbPages of status, in bytes. Pure.
bool resident_status(const char *text, uint64_t *bytes);

#endif
