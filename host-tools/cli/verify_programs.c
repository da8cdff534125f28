// SPDX-License-Identifier: MIT
// Makes paths absolute.
// Limits: "." and ".." stay in a path.
#include "cli/verify_programs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "machine/command.h"

// Replaces an allocated relative path by the absolute one.
static bool make_absolute(char **path, struct failure *failure)
{
    struct buffer absolute = {0};

    if (**path == '/') {
        return true;
    }
    char *folder = getcwd(NULL, 0);
    if (folder) {
        buffer_format(&absolute, "%s/%s", folder, *path);
    } else {
        failure_set(failure, CODE_HOST,
                    "cannot find the folder that %s is relative to: %s", *path,
                    strerror(errno));
    }
    free(folder);
    free(*path);
    *path = absolute.data;
    return *path;
}

bool verify_find_qemu(const char *asked, char **path, struct failure *failure)
{
    return machine_find_qemu(asked, path, failure) &&
           make_absolute(path, failure);
}

bool verify_find_guest(const char *asked, char **path, struct failure *failure)
{
    return machine_find_guest(asked, BOOT_PVH, path, failure) &&
           make_absolute(path, failure);
}
