// SPDX-License-Identifier: MIT
// The resident memory of a QEMU on this host, found through its monitor's
// socket.
// Linux, Documentation/filesystems/proc.rst. Limits: unix sockets only; QEMU
// must be in this process's PID namespace, and must listen at the socket
// itself.
#ifndef BALLOON_RESIDENT_H
#define BALLOON_RESIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "balloon/balloon.h"

struct resident {
    bool known;
    pid_t process;    // QEMU's
    uint64_t bytes;   // mapped and present: anonymous, file, shared and huge
                      // pages, also those mapped by others; no swapped pages
    char reason[160]; // if not known: one clause without a full stop
};

// The process that listens at the socket counts as QEMU if it has the thread
// that QEMU reports for its first virtual CPU; a manager that created the
// socket, or a proxy, does not have it. Reads smaps_rollup, which is exact, or,
// if that is not permitted, status, which may lag by some pages a thread. The
// kernel does not include hugetlbfs pages in Rss: both are added. Only queries
// QEMU, changes nothing, never fails.
void resident_read(const struct balloon *balloon, struct resident *resident);

// Rss plus both kinds of hugetlb pages in smaps_rollup, in bytes. Pure.
bool resident_rollup(const char *text, uint64_t *bytes);
// VmRSS plus HugetlbPages in status, in bytes. Pure.
bool resident_status(const char *text, uint64_t *bytes);

#endif
