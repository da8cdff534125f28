// SPDX-License-Identifier: MIT
// Finds the QEMU program and the guest's file. Runs no program.
#include "machine/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char qemu_name[] = "qemu-system-x86_64";

static bool is_program(const char *path)
{
    struct stat status;

    return access(path, X_OK) == 0 && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

// The program's path, from the folders in PATH; NULL: not found.
static char *search_path(const char *name)
{
    const char *folders = getenv("PATH");
    struct buffer path = {0};

    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        buffer_drop(&path, path.length);
        // An empty name means the current folder (POSIX, XBD 8.3).
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

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

// Accepts a folder that contains the program, such as a QEMU build tree.
static bool find_at(const char *name, char **path, struct failure *failure)
{
    struct buffer inside = {0};
    bool folder = is_folder(name);

    buffer_format(&inside, "%s%s%s", name, folder ? "/" : "",
                  folder ? qemu_name : "");
    if (is_program(buffer_string(&inside))) {
        *path = inside.data;
        return true;
    }
    failure_set(failure, CODE_HOST, "cannot run %s: %s", buffer_string(&inside),
                access(buffer_string(&inside), F_OK) < 0 ? strerror(errno)
                                                         : "not a program");
    buffer_free(&inside);
    return false;
}

bool machine_find_qemu(const char *asked, char **path, struct failure *failure)
{
    const char *name = asked;

    if (!name) {
        const char *variable = getenv("QEMU");
        name = variable && *variable ? variable : qemu_name;
    }
    if (strchr(name, '/')) {
        return find_at(name, path, failure);
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

// The path of this name in the folder of the running program.
static bool beside_us(const char *name, char **path, struct failure *failure)
{
    struct buffer out = {0};
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    if (length <= 0) {
        return failure_set(failure, CODE_HOST,
                           "cannot read /proc/self/exe: %s; name the guest "
                           "with --guest",
                           strerror(errno));
    }
    self[length] = '\0';
    buffer_format(&out, "%.*s/%s", (int)(strrchr(self, '/') - self), self,
                  name);
    *path = out.data;
    return true;
}

// A PE file is a UEFI application. It may also be a Linux kernel ("HdrS",
// Linux, Documentation/arch/x86/boot.rst), which QEMU starts either way.
static bool check_guest(const char *path, enum boot boot,
                        struct failure *failure)
{
    char head[0x206] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_read = fd >= 0 && read(fd, head, sizeof head) > 0;
    bool is_pe = memcmp(head, "MZ", 2) == 0;
    bool is_linux = memcmp(head + 0x202, "HdrS", 4) == 0;

    if (fd >= 0) {
        close(fd);
    }
    if (is_read && boot == BOOT_PVH && is_pe && !is_linux) {
        return failure_set(failure, CODE_USAGE,
                           "%s is a UEFI application: use --boot uefi", path);
    }
    if (is_read && boot == BOOT_UEFI && !is_pe) {
        return failure_set(failure, CODE_USAGE,
                           "%s is no UEFI application, which --boot uefi takes",
                           path);
    }
    return true;
}

bool machine_find_guest(const char *asked, enum boot boot, char **path,
                        struct failure *failure)
{
    static const char *const names[BOOTS] = {
        [BOOT_PVH] = "aerostat.elf",
        [BOOT_UEFI] = "aerostat.efi",
        [BOOT_ESP] = "aerostat.img",
    };

    if (asked) {
        *path = memory_text(asked);
    } else if (!beside_us(names[boot], path, failure)) {
        return false;
    }
    if (access(*path, R_OK) == 0) {
        if (check_guest(*path, boot, failure)) {
            return true;
        }
    } else {
        failure_set(failure, CODE_HOST, "cannot read the guest %s: %s", *path,
                    strerror(errno));
        if (!asked && boot == BOOT_ESP && errno == ENOENT) {
            failure->code = CODE_USAGE;
            failure_add(failure, "; 'make esp' builds it");
        }
    }
    free(*path);
    *path = NULL;
    return false;
}
