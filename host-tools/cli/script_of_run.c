// SPDX-License-Identifier: MIT
// The script of `aerostat run`.
// Limits: for machines of 64 MiB to 1 GiB; on a larger one it takes longer, and
// on a smaller one not every statistic moves.
#include "cli/script.h"

// The first part is done before sample 2, the second before sample 3.
const char script_of_run[] =
    "# Huge pages come from free memory: each block is an htlb-pgalloc. The\n"
    "# pool wants more than there is, so the last one is an htlb-pgfail.\n"
    "huge=1000 huge=0\n"
    "# The balloon takes all RAM but 32 MiB: total-memory and free-memory.\n"
    "size=32M\n"
    "# A task writes more than that. There is no swap yet, so the allocation\n"
    "# stalls (alloc-stalls), finds nothing, and the task is killed: oom-kills.\n"
    "# Each first touch of a page is one of the minor-faults.\n"
    "map=64M write=16384\n"
    "# Pages of a disk become disk-caches: of 8 pages that are read together,\n"
    "# one touch is one of the major-faults, and seven are minor ones.\n"
    "load=256\n"
    "\n"
    "# With swap, a new task is not killed: in the background, pages are looked\n"
    "# at (async-scans), and freed (async-reclaims): those of the disk first,\n"
    "# then the task's own: swap-out.\n"
    "swapon map=64M write=7300\n"
    "# More touches a step than the background keeps up with: the task itself\n"
    "# has to look for memory: direct-scans, direct-reclaims.\n"
    "pace=128 write=256@7300\n"
    "# The oldest pages come back from the disk: swap-in.\n"
    "read=64\n";
