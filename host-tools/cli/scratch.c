// SPDX-License-Identifier: MIT
// The lock file is locked before it gets its name, so a lock file that no
// process holds belongs to a killed run. A folder without one belongs to a run
// that ended normally and kept the files of its failed cases.
// Limits: flock(2) does not show processes of another host.
#include "cli/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/output.h"
#include "base/text.h"
#include "base/tree.h"

static const char starting[] = ".starting";
static const char running[] = ".running";

static const char *place(void)
{
    const char *base = getenv("TMPDIR");

    return base && *base ? base : "/tmp";
}

static bool is_own(int fd, mode_t type)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == type &&
           status.st_uid == geteuid();
}

// Opens and locks the lock file of a killed run; -1: there is none.
static int take_over(int folder)
{
    int lock =
        openat(folder, running, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (lock >= 0 &&
        (!is_own(lock, S_IFREG) || flock(lock, LOCK_EX | LOCK_NB) < 0)) {
        close(lock);
        lock = -1;
    }
    return lock;
}

static void remove_abandoned(int base, const char *name)
{
    struct buffer path = {0};
    int folder =
        openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int lock = folder >= 0 && is_own(folder, S_IFDIR) ? take_over(folder) : -1;

    if (lock >= 0) {
        buffer_format(&path, "%s/%s", place(), name);
        tree_remove(path.data);
        char *shown = text_one_line(path.data);
        message("aerostat: removed what a killed run left in %s", shown);
        free(shown);
        buffer_free(&path);
        close(lock);
    }
    if (folder >= 0) {
        close(folder);
    }
}

static void remove_all_abandoned(void)
{
    DIR *base = opendir(place());
    struct dirent *entry;

    while (base && (entry = readdir(base))) {
        if (fnmatch("aerostat-verify-??????", entry->d_name, 0) == 0) {
            remove_abandoned(dirfd(base), entry->d_name);
        }
    }
    if (base) {
        closedir(base);
    }
}

static bool set_lock(struct scratch *scratch)
{
    int folder = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    scratch->lock =
        openat(folder, starting, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = scratch->lock >= 0 &&
              flock(scratch->lock, LOCK_EX | LOCK_NB) == 0 &&
              renameat(folder, starting, folder, running) == 0;
    int error = errno;
    if (folder >= 0) {
        close(folder);
    }
    errno = error;
    return ok;
}

bool scratch_make(struct scratch *scratch, struct failure *failure)
{
    struct buffer path = {0};
    char shown[256];

    *scratch = (struct scratch){.lock = -1};
    remove_all_abandoned();
    buffer_format(&path, "%s/aerostat-verify-XXXXXX", place());
    if (mkdtemp(path.data)) {
        scratch->path = realpath(path.data, NULL);
    }
    bool ok = scratch->path && set_lock(scratch);
    int error = errno;
    if (!ok) {
        // Cuts a path that is too long, so that the reason after it is shown.
        text_escape(shown, sizeof shown, path.data, path.length);
        failure_set(failure, CODE_HOST,
                    "cannot make a folder for temporary files, %s: %s", shown,
                    strerror(error));
    }
    buffer_free(&path);
    return ok;
}

bool scratch_release(struct scratch *scratch)
{
    struct buffer lock = {0};

    if (scratch->lock >= 0) {
        buffer_format(&lock, "%s/%s", scratch->path, running);
        unlink(lock.data);
        close(scratch->lock);
        scratch->lock = -1;
        buffer_free(&lock);
    }
    return !scratch->path || rmdir(scratch->path) == 0;
}
