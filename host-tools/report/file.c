// SPDX-License-Identifier: MIT
// A temporary file beside the wanted one, renamed when it is whole.
// Limits: killed in the act of writing, the tool leaves the temporary one.
#include "report/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

static bool cannot(struct report_file *file, struct failure *failure)
{
    failure_set(failure, CODE_HOST, "cannot write %s: %s", file->path,
                strerror(errno));
    report_file_drop(file);
    return false;
}

// What mkstemp makes is for its owner alone; a report is for everybody whom
// the umask allows.
static void usual_mode(int fd)
{
    mode_t mask = umask(0);

    umask(mask);
    (void)!fchmod(fd, 0666 & ~mask);
}

// A new file beside the wanted one, so that renaming it is one step.
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

bool report_file_open(struct report_file *file, const char *path,
                      struct failure *failure)
{
    struct stat status;
    char *there = realpath(path, NULL); // a link stays a link

    *file = (struct report_file){.fd = -1};
    file->path = there ? there : memory_text(path);
    if (there && stat(there, &status) == 0 && !S_ISREG(status.st_mode)) {
        file->fd = open(there, O_WRONLY | O_CLOEXEC);
        return file->fd >= 0 || cannot(file, failure);
    }
    errno = ENOENT;
    if (!*path || (there && access(there, W_OK) < 0) || !make_temporary(file)) {
        return cannot(file, failure);
    }
    drop_temporary(file); // a tool that is killed meanwhile leaves none
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
        ok = close(fd) == 0;
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
