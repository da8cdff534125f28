// SPDX-License-Identifier: MIT
// A report file that is written completely or not at all.
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
    char *temporary; // the file beside it, during the write; else NULL
    int fd;          // -1: not open
};

// Checks that the file can be written. CODE_HOST when not.
MUST_USE bool report_file_open(struct report_file *file, const char *path,
                               struct failure *failure);

// Writes all bytes, then renames the file to its path. Closes the file in every
// case. On failure (CODE_HOST), an older file of that name is unchanged.
MUST_USE bool report_file_write(struct report_file *file, const char *bytes,
                                size_t length, struct failure *failure);

// Closes the file and removes the temporary one. Does nothing when not open.
void report_file_drop(struct report_file *file);

#endif
