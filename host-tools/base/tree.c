// SPDX-License-Identifier: MIT
// nftw(3), from the leaves up.
#include "base/tree.h"

#include <ftw.h>
#include <stdio.h>

enum {
    OPEN_FOLDERS = 8 // at the same time
};

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    (void)!remove(path);
    return 0;
}

void tree_remove(const char *path)
{
    nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
