// SPDX-License-Identifier: MIT
// Where QEMU is, and where the guest is.
// Limits: looks, does not run anything.
#include "machine/command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char qemu_name[] = "qemu-system-x86_64";
static const char guest_name[] = "aerostat.elf";

static bool is_program(const char *path)
{
    struct stat status;

    return access(path, X_OK) == 0 && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

// The program in the folders of PATH; NULL when none has it.
static char *search_path(const char *name)
{
    const char *folders = getenv("PATH");
    struct buffer path = {0};

    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        buffer_drop(&path, path.length);
        // An empty folder is the current one (POSIX, XBD 8.3).
        buffer_add(&path, length ? folders : ".", length ? length : 1);
        buffer_format(&path, "/%s", name);
        if (is_program(buffer_string(&path))) {
            return path.data;
        }
        folders += length;
        folders += *folders == ':';
    }
    buffer_free(&path);
    return NULL;
}

bool machine_find_qemu(const char *asked, char **path, struct failure *failure)
{
    const char *name = asked;

    if (!name) {
        const char *variable = getenv("QEMU");
        name = variable && *variable ? variable : qemu_name;
    }
    if (strchr(name, '/')) {
        if (!is_program(name)) {
            return failure_set(failure, CODE_HOST, "cannot run %s: %s", name,
                               access(name, F_OK) < 0 ? strerror(errno)
                                                      : "not a program");
        }
        *path = memory_text(name);
        return true;
    }
    *path = search_path(name);
    if (!*path) {
        return failure_set(failure, CODE_HOST,
                           "no %s in PATH; install Debian's qemu-system-x86 "
                           "or name one with --qemu or $QEMU",
                           name);
    }
    return true;
}

bool machine_find_guest(const char *asked, char **path, struct failure *failure)
{
    char self[PATH_MAX + sizeof guest_name];

    if (asked) {
        *path = memory_text(asked);
    } else {
        ssize_t length = readlink("/proc/self/exe", self, PATH_MAX);
        if (length <= 0) {
            return failure_set(failure, CODE_HOST,
                               "cannot read /proc/self/exe: %s; name the "
                               "guest with --guest",
                               strerror(errno));
        }
        self[length] = '\0';
        memcpy(strrchr(self, '/') + 1, guest_name, sizeof guest_name);
        *path = memory_text(self);
    }
    if (access(*path, R_OK) < 0) {
        failure_set(failure, CODE_HOST, "cannot read the guest %s: %s", *path,
                    strerror(errno));
        free(*path);
        *path = NULL;
        return false;
    }
    return true;
}
