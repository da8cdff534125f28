// SPDX-License-Identifier: MIT
// A folder for temporary files that goes with the run it belongs to: a run that
// was killed leaves its own to the next one, which removes it.
// Limits: in $TMPDIR, else /tmp. Only a folder of this name that is the user's
// own and has a lock file that no process holds is ever removed.
#ifndef CLI_SCRATCH_H
#define CLI_SCRATCH_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"

struct scratch {
    char *path; // by memory_get, absolute; NULL: none
    int lock;   // held by this process and by its forks, CLOEXEC; -1: none
};

// Removes what killed runs left, then makes a new folder. CODE_HOST.
MUST_USE bool scratch_make(struct scratch *scratch, struct failure *failure);

// Gives the folder up: empty it goes, else it stays, for good. True: it went.
bool scratch_release(struct scratch *scratch);

#endif
