// SPDX-License-Identifier: MIT
// What QEMU's end means: wait status and the guest's verdict in words. Pure.
// Limits: the verdicts are those of this project's guest; byte c written to
// the isa-debug-exit port makes QEMU exit with 2c+1.
#ifndef MACHINE_VERDICT_H
#define MACHINE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

// The guest's end by QEMU's exit status; NULL for a status that is none of
// the guest's verdicts.
const char *verdict_of_guest(int exit_status);

enum {
    VERDICT_DONE = 3,
    VERDICT_NO_BALLOON = 7
}; // exit statuses

// A wait status (waitpid) in words: "QEMU exited with status 13 (the guest's
// verdict: panic)", "QEMU was killed by signal 9 (Killed)"; and how many
// processes it left behind, if any, as a wrapper or -daemonize does.
void verdict_text(int wait_status, unsigned left, char *out, size_t size);

#endif
