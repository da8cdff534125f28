// SPDX-License-Identifier: MIT
// Makes and removes the folder of a case.
// Limits: links are not followed.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/tree.h"
#include "runner/internal.h"

// A link is not followed, although it may lead to a folder.
static bool make_one(const char *path)
{
    struct stat status;

    if (mkdir(path, 0777) == 0) {
        return true;
    }
    if (errno != EEXIST || lstat(path, &status) < 0) {
        return false;
    }
    errno = ENOTDIR;
    return S_ISDIR(status.st_mode);
}

bool folder_make(const struct runner *runner, size_t subject, size_t column,
                 char **folder)
{
    const struct verification *verification = runner->verification;
    struct buffer path = {0};
    bool ok = true;

    buffer_format(&path, "%s/", runner->folder);
    size_t start = path.length;
    if (verification->column_count > 1) {
        buffer_format(&path, "%zu/", column + 1);
    }
    buffer_format(&path, "%s/", verification->subjects[subject].name);
    for (size_t i = start; ok && i < path.length; i++) {
        if (path.data[i] == '/') {
            path.data[i] = '\0';
            ok = make_one(path.data);
            path.data[i] = '/';
        }
    }
    path.data[path.length - 1] = '\0';
    *folder = path.data;
    return ok;
}

void folder_remove(const char *base, const char *folder)
{
    char *path = memory_text(folder);
    size_t floor = strlen(base);
    char *slash;

    tree_remove(path);
    // Other cases may share the folders above: rmdir fails for these.
    while ((slash = strrchr(path, '/')) && (size_t)(slash - path) > floor) {
        *slash = '\0';
        if (rmdir(path) < 0) {
            break;
        }
    }
    free(path);
}
