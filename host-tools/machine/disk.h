// SPDX-License-Identifier: MIT
// Disks of a machine: files without a name in memory, and their QEMU options.
// memfd_create(2): the kernel frees such a file with its last descriptor, so
// nothing is left behind, whatever ends the tool and QEMU.
// Limits: a disk is whole pages of 4096 bytes; unwritten pages take no memory.
#ifndef MACHINE_DISK_H
#define MACHINE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/failure.h"
#include "machine/form.h"

enum {
    DISK_PAGE = 4096
};

// --- The files ---

// A writable file of zeros that begins with mkswap's mark (swap_mark.h).
// CODE_HOST if it cannot be made; *fd is then -1.
MUST_USE bool disk_make_swap(uint64_t pages, const uint32_t *bad,
                             size_t bad_count, int *fd,
                             struct failure *failure);
// A file with the content of base/file_content.h; read-only, or writable: a
// disk with data and no mark. Fails as disk_make_swap does.
MUST_USE bool disk_make_file(uint64_t pages, bool writable, int *fd,
                             struct failure *failure);

// --- Their place in a machine ---

enum disk_access {
    DISK_READ,
    DISK_WRITE
};

// An I/O error that QEMU reports to the driver (driver blkdebug). QEMU then
// merges no requests of this disk, so that the error meets one of them.
struct disk_error {
    enum disk_access access; // of this kind of request
    uint64_t page;           // that begins at this page,
    uint64_t request;        // or this one of its kind, from 1; 0: the page's
    bool always;             // each such request by page, not the first alone
};

struct machine_disk {
    const char *name; // of the device; its block node is NAME-disk
    int fd;           // QEMU opens it as /dev/fdset/N
    bool read_only;
    const char *port; // -device of a port for this disk; NULL: none
    const char *bus;  // "bus=..." of the disk; NULL: QEMU's choice
    const struct disk_error *errors;
    size_t error_count;
};

// Appends the value of -blockdev for the disk, whose file is in this fdset.
void disk_describe_node(const struct machine_disk *disk, unsigned set,
                        struct buffer *out);
// Appends the value of -device: a virtio-blk device of this form.
void disk_describe_device(const struct machine_disk *disk,
                          const struct form *form, struct buffer *out);

#endif
