// SPDX-License-Identifier: MIT
// A temporary file beside the target, renamed when it is complete.
// Limits: if the tool is killed while it writes, the temporary file stays.
#include "report/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

static bool refuse(struct report_file *file, const char *reason,
                   struct failure *failure)
{
    char shown[256];

    text_escape(shown, sizeof shown, file->path, strlen(file->path));
    failure_set(failure, CODE_HOST, "cannot write %s: %s", shown, reason);
    report_file_drop(file);
    return false;
}

static bool cannot(struct report_file *file, struct failure *failure)
{
    return refuse(file, strerror(errno), failure);
}

// mkostemp makes a file for its owner only; a report gets the mode that the
// umask gives to a new file.
static void usual_mode(int fd)
{
    mode_t mask = umask(0);

    umask(mask);
    (void)!fchmod(fd, 0666 & ~mask);
}

// Makes a new file beside the target, so that a rename replaces the target in
// one step.
static bool make_temporary(struct report_file *file)
{
    struct buffer name = {0};

    buffer_format(&name, "%s.XXXXXX", file->path);
    file->fd = mkostemp(name.data, O_CLOEXEC);
    if (file->fd < 0) {
        buffer_free(&name);
        return false;
    }
    file->temporary = name.data;
    usual_mode(file->fd);
    return true;
}

static void drop_temporary(struct report_file *file)
{
    if (file->fd >= 0) {
        close(file->fd);
        file->fd = -1;
    }
    if (file->temporary) {
        unlink(file->temporary);
        free(file->temporary);
        file->temporary = NULL;
    }
}

// The reason why a file of this type is refused; NULL: it is accepted.
static const char *objection(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
    case S_IFCHR:
        return NULL;
    case S_IFLNK:
        return "it is a symbolic link, which is not followed";
    case S_IFDIR:
        return strerror(EISDIR);
    default:
        return "it is neither a regular file nor a character device";
    }
}

// O_NOCTTY: a terminal must not become the tool's controlling terminal.
// O_NONBLOCK: the path may have been replaced, and open must not wait for the
// other end of a pipe.
static bool open_device(struct report_file *file)
{
    struct stat status;

    file->fd = open(file->path,
                    O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0 || fstat(file->fd, &status) < 0) {
        return false;
    }
    errno = ENODEV;
    return S_ISCHR(status.st_mode) && fcntl(file->fd, F_SETFL, 0) == 0;
}

bool report_file_open(struct report_file *file, const char *path,
                      struct failure *failure)
{
    struct stat status;
    bool there = lstat(path, &status) == 0;

    *file = (struct report_file){.path = memory_text(path), .fd = -1};
    if (there && objection(status.st_mode)) {
        return refuse(file, objection(status.st_mode), failure);
    }
    if (there && S_ISCHR(status.st_mode)) {
        return open_device(file) || cannot(file, failure);
    }
    errno = ENOENT;
    if (!*path || (there && access(path, W_OK) < 0) || !make_temporary(file)) {
        return cannot(file, failure);
    }
    drop_temporary(file); // made anew later: a killed tool leaves no file
    return true;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

bool report_file_write(struct report_file *file, const char *bytes,
                       size_t length, struct failure *failure)
{
    bool ok = (file->fd >= 0 || make_temporary(file)) &&
              write_all(file->fd, bytes, length);

    if (ok) {
        int fd = file->fd;
        file->fd = -1;
        // Some file systems report a full disk only here.
        ok = !file->temporary || fsync(fd) == 0;
        ok = close(fd) == 0 && ok;
    }
    if (ok && file->temporary) {
        ok = rename(file->temporary, file->path) == 0;
    }
    if (!ok) {
        return cannot(file, failure);
    }
    free(file->temporary);
    file->temporary = NULL;
    report_file_drop(file);
    return true;
}

void report_file_drop(struct report_file *file)
{
    if (file->path) {
        drop_temporary(file);
        free(file->path);
        file->path = NULL;
    }
}
