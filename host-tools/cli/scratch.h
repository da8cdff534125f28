// SPDX-License-Identifier: MIT
// A folder for the temporary files of one run. If the run is killed, the next
// run removes its folder.
// Limits: in $TMPDIR, else /tmp. Of earlier runs, only a folder of this name is
// removed that belongs to the user and has a lock file without a holder.
#ifndef CLI_SCRATCH_H
#define CLI_SCRATCH_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

struct scratch {
    char *path; // absolute, allocated; NULL: none
    int lock;   // held by this process and its forks, CLOEXEC; -1: none
};

// Removes the folders of killed runs, then makes a new one. CODE_HOST.
MUST_USE bool scratch_make(struct scratch *scratch, struct failure *failure);

// Releases the folder: removes it if it is empty; otherwise it stays, and no
// later run removes it. True: removed.
bool scratch_release(struct scratch *scratch);

#endif
