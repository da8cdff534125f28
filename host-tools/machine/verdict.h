// SPDX-License-Identifier: MIT
// Text for QEMU's wait status and the guest's verdict in it. Pure.
// Byte c, written to the isa-debug-exit port, makes QEMU exit with 2c+1.
// Limits: the verdicts are those of this project's guest.
#ifndef MACHINE_VERDICT_H
#define MACHINE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

// The guest's verdict in QEMU's exit status; NULL: the status is no verdict.
const char *verdict_of_guest(int exit_status);

enum {
    VERDICT_DONE = 3,
    VERDICT_NO_BALLOON = 7
}; // exit statuses

// Describes a wait status (waitpid): "QEMU exited with status 13 (the guest's
// verdict: panic)", "QEMU was killed by signal 9 (Killed)". Adds the number of
// processes left behind, if any, as by a wrapper or -daemonize.
void verdict_text(int wait_status, unsigned left, char *out, size_t size);

#endif
