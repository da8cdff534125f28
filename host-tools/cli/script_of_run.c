// SPDX-License-Identifier: MIT
// The script of `aerostat run`.
// Limits: for machines of more than 32 MiB; on a smaller one, not every
// statistic moves. The balloon takes longer to fill a larger one.
#include "cli/script.h"

// The first part is done before sample 2, the second before sample 3.
const char script_of_run[] =
    "# The balloon takes all RAM but 32 MiB: total-memory and free-memory.\n"
    "size=32M\n"
    "# Huge pages come from free memory: each block is an htlb-pgalloc. The\n"
    "# pool wants more than there is, so the last one is an htlb-pgfail.\n"
    "huge=1000 huge=0\n"
    "# A task writes more than there is. Without swap the allocation stalls,\n"
    "# finds nothing, and the task is killed: alloc-stalls, oom-kills. Each\n"
    "# first touch of a page is one of the minor-faults.\n"
    "map=64M write=16384\n"
    "# Pages of a disk become disk-caches. 8 pages are read together: the\n"
    "# first touch is one of the major-faults, the other seven are minor.\n"
    "load=256\n"
    "\n"
    "# With swap, no task is killed. In the background, pages are looked at\n"
    "# (async-scans), and freed (async-reclaims): those of the disk first,\n"
    "# then the task's own, which are written to the swap disk: swap-out.\n"
    "swapon map=64M write=8000\n"
    "# More touches a step than the background keeps up with: the task itself\n"
    "# looks for memory (direct-scans), and frees it (direct-reclaims).\n"
    "pace=256 write=512@8000\n"
    "# The oldest pages come back from the swap disk: swap-in.\n"
    "read=64\n";
