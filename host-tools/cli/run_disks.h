// SPDX-License-Identifier: MIT
// The two disks of `aerostat run`: a swap disk, and a file disk
// (machine/disk.h).
// Limits: 32 MiB and 8 MiB, in memory as far as they are written.
#ifndef CLI_RUN_DISKS_H
#define CLI_RUN_DISKS_H

#include "base/attributes.h"
#include "base/failure.h"
#include "machine/command.h"

enum {
    RUN_DISKS_SWAP = 32 << 20, // bytes
    RUN_DISKS_FILE = 8 << 20
};

struct run_disks {
    int swap_fd; // -1: none
    int file_fd;
    struct machine_disk rows[2];
};

#define RUN_DISKS_NONE ((struct run_disks){.swap_fd = -1, .file_fd = -1})

// Why the machine cannot have the two disks beside the user's own words; NULL:
// it can. The text is valid until the next call.
const char *run_disks_conflict(const struct machine_options *options);

// Makes both and adds them to the options, which keep pointers to `disks`.
MUST_USE bool run_disks_make(struct run_disks *disks,
                             struct machine_options *options,
                             struct failure *failure);

void run_disks_free(struct run_disks *disks);

#endif
