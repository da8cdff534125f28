// SPDX-License-Identifier: MIT
// A file that is there whole or not at all.
// Limits: a character device (/dev/null, a terminal) is written to directly;
// links, pipes, sockets, folders and disks are refused.
#ifndef REPORT_FILE_H
#define REPORT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/failure.h"

struct report_file {
    char *path;      // NULL: not open
    char *temporary; // beside it, while it is being written
    int fd;          // -1 but for what is written to directly
};

// Finds out now whether the file can be written. CODE_HOST when not.
MUST_USE bool report_file_open(struct report_file *file, const char *path,
                               struct failure *failure);

// Writes all, then gives it its name. Closed in every case, and on failure
// (CODE_HOST) an older file of that name is as it was.
MUST_USE bool report_file_write(struct report_file *file, const char *bytes,
                                size_t length, struct failure *failure);

// Closes without a trace. Harmless when it is not open.
void report_file_drop(struct report_file *file);

#endif
