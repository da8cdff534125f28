// SPDX-License-Identifier: MIT
// The kind of an image is found from its firmware volumes; failure of a boot,
// from the console output of EDK II's boot manager (BdsDxe).
// Limits: finds a variable store that is named like the code, as in Debian,
// Fedora and Arch: OVMF_CODE_4M.secboot.fd, OVMF_VARS_4M[.secboot].fd.
#include "machine/firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

static const char ovmf[] = "/usr/share/ovmf/OVMF.fd";

// Offsets in the header of a firmware volume.
enum {
    VOLUME_GUID = 16,   // the file system, or the kind of content
    VOLUME_LENGTH = 32, // 64 bits, little-endian
    VOLUME_SIGNATURE = 40,
    VOLUME_HEADER = 44, // the size of the part that is read here
};

static const char signature[] = "_FVH";

// EFI_SYSTEM_NV_DATA_FV_GUID: a variable store.
static const unsigned char variables_guid[16] = {
    0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50};

enum kind {
    KIND_OTHER, // SeaBIOS, qboot, or not firmware
    KIND_UEFI,
    KIND_CODE,      // UEFI without its variable store
    KIND_VARIABLES, // only the variable store
};

static uint64_t little_endian_64(const unsigned char *bytes)
{
    uint64_t value = 0;

    for (int i = 7; i >= 0; i--) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static enum kind kind_of(const unsigned char *image, size_t bytes)
{
    if (!memmem(image, bytes, signature, 4)) {
        return KIND_OTHER;
    }
    if (bytes < VOLUME_HEADER ||
        memcmp(image + VOLUME_SIGNATURE, signature, 4) != 0) {
        return KIND_UEFI; // the image does not begin with a volume
    }
    if (memcmp(image + VOLUME_GUID, variables_guid, 16) != 0) {
        return KIND_CODE;
    }
    return little_endian_64(image + VOLUME_LENGTH) >= bytes ? KIND_VARIABLES
                                                            : KIND_UEFI;
}

// An unreadable file is KIND_OTHER: QEMU then reports the error.
static enum kind kind_of_file(const char *path)
{
    enum kind kind = KIND_OTHER;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return kind;
    }
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > 0 && status.st_size <= FIRMWARE_MAX) {
        size_t bytes = (size_t)status.st_size;
        void *image = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);

        if (image != MAP_FAILED) {
            kind = kind_of(image, bytes);
            munmap(image, bytes);
        }
    }
    close(fd);
    return kind;
}

// The path with the last `word` in the file name replaced; NULL: no such word.
static char *replaced(const char *path, const char *word, const char *by)
{
    const char *name = strrchr(path, '/');
    const char *at = NULL;
    struct buffer out = {0};

    for (const char *next = name ? name : path; (next = strstr(next, word));
         next++) {
        at = next;
    }
    if (!at) {
        return NULL;
    }
    buffer_format(&out, "%.*s%s%s", (int)(at - path), path, by,
                  at + strlen(word));
    return out.data;
}

// Makes NAME.fd of NAME.secboot.fd; other names stay.
static void drop_flavour(char *path)
{
    char *end = strrchr(path, '.');
    char *start = end;

    while (start && start > path && start[-1] != '/' && *--start != '.') {
    }
    if (start && start != end && *start == '.') {
        memmove(start, end, strlen(end) + 1);
    }
}

static char *find_variables(const char *code)
{
    char *path = replaced(code, "CODE", "VARS");

    path = path ? path : replaced(code, "code", "vars");
    if (path && kind_of_file(path) != KIND_VARIABLES) {
        drop_flavour(path);
    }
    if (path && kind_of_file(path) != KIND_VARIABLES) {
        free(path);
        path = NULL;
    }
    return path;
}

static bool check_kind(const char *path, enum kind kind, enum boot boot,
                       struct failure *failure)
{
    if (kind == KIND_VARIABLES) {
        return failure_set(failure, CODE_USAGE,
                           "%s is a variable store, the other half of an "
                           "image: name the half with the code",
                           path);
    }
    if (boot == BOOT_PVH && kind != KIND_OTHER) {
        return failure_set(failure, CODE_USAGE,
                           "%s is UEFI firmware, which starts no PVH kernel: "
                           "use --boot uefi",
                           path);
    }
    if (boot != BOOT_PVH && kind == KIND_OTHER) {
        return failure_set(failure, CODE_USAGE,
                           "--boot %s needs UEFI firmware, as a raw image: %s "
                           "is none",
                           boot_name(boot), path);
    }
    return true;
}

bool firmware_find(const char *asked, enum boot boot, struct firmware *firmware,
                   struct failure *failure)
{
    const char *path = asked ? asked : boot != BOOT_PVH ? ovmf : NULL;

    *firmware = (struct firmware){0};
    if (!path) {
        return true;
    }
    if (access(path, R_OK) == 0) {
        const enum kind kind = kind_of_file(path);

        if (!check_kind(path, kind, boot, failure)) {
            return false;
        }
        firmware->is_code = kind == KIND_CODE;
        firmware->variables = kind == KIND_CODE ? find_variables(path) : NULL;
    } else if (!asked || strchr(path, '/')) {
        failure_set(failure, CODE_HOST, "cannot read the firmware %s: %s", path,
                    strerror(errno));
        return asked ? false
                     : failure_add(failure, "; install Debian's ovmf or name "
                                            "one with --firmware");
    }
    firmware->path = memory_text(path);
    return true;
}

void firmware_free(struct firmware *firmware)
{
    free(firmware->path);
    free(firmware->variables);
    *firmware = (struct firmware){0};
}

// --- Console output of the firmware -----------------------------------------

// The newest console line that contains one of these texts; NULL: none.
static const struct line *find_line(const struct lines *console,
                                    const char *const *words)
{
    const struct line *found = NULL;

    for (size_t i = 0; i < lines_kept(console); i++) {
        const struct line *line = lines_get(console, i);

        for (const char *const *word = words; *word; word++) {
            found = strstr(line->text, *word) ? line : found;
        }
    }
    return found;
}

bool firmware_gave_up(const struct lines *console, struct failure *failure)
{
    static const char *const nothing[] = {
        "BdsDxe: No bootable option or device was found.", NULL};
    static const char *const refusals[] = {": Access Denied",
                                           ": Security Violation", NULL};

    if (find_line(console, nothing)) {
        failure_set(failure, CODE_TIMEOUT,
                    "the firmware found nothing that it may start");
    } else if (strstr(lines_begun(console), "Shell> ")) {
        failure_set(failure, CODE_TIMEOUT,
                    "the firmware found nothing to start but its shell, which "
                    "waits for a command");
    } else {
        return false;
    }
    if (find_line(console, refusals)) {
        failure_add(failure, ": Secure Boot is on, and the guest is not "
                             "signed; take firmware without enrolled keys");
    }
    return true;
}
