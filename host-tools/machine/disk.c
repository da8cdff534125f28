// SPDX-License-Identifier: MIT
// Making the files of disks, and describing them to QEMU.
// QEMU, docs/devel/testing/blkdebug.rst, for errors.
#include "machine/disk.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file_content.h"
#include "base/text.h"
#include "machine/swap_mark.h"

static_assert((int)FILE_PAGE == DISK_PAGE && (int)SWAP_MARK_BYTES == DISK_PAGE,
              "one size of page");

enum {
    PAGE_SECTORS = DISK_PAGE / 512 // VIRTIO 1.4, 5.2: sectors of 512 bytes
};

// --- The files ---

static bool write_page(int fd, uint64_t page, const void *bytes)
{
    ssize_t got = pwrite(fd, bytes, DISK_PAGE, (off_t)(page * DISK_PAGE));

    if (got >= 0 && got < DISK_PAGE) {
        errno = ENOSPC; // the kernel has no more memory for it
    }
    return got == DISK_PAGE;
}

static bool write_content(int fd, uint64_t pages)
{
    uint64_t words[FILE_PAGE_WORDS];
    bool ok = true;

    for (uint64_t page = 0; ok && page < pages; page++) {
        for (unsigned i = 0; i < FILE_PAGE_WORDS; i++) {
            words[i] = htole64(file_content_word(page, i));
        }
        ok = write_page(fd, page, words);
    }
    return ok;
}

// Another descriptor of the same file, which allows no writes. QEMU takes a
// descriptor for a read-only disk only if its own mode is read-only.
static int reopen_read_only(int fd)
{
    char path[64];

    text_format(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int make_file(uint64_t pages)
{
    int fd = memfd_create("aerostat-disk", MFD_CLOEXEC);

    if (fd >= 0 && ftruncate(fd, (off_t)(pages * DISK_PAGE)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool fail(int *fd, struct failure *failure)
{
    failure_set(failure, CODE_HOST, "cannot make a disk in memory: %s",
                strerror(errno));
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    return false;
}

bool disk_make_swap(uint64_t pages, const uint32_t *bad, size_t bad_count,
                    int *fd, struct failure *failure)
{
    unsigned char mark[SWAP_MARK_BYTES];

    assert(pages >= 2 && pages - 1 <= UINT32_MAX);
    swap_mark_make((uint32_t)(pages - 1), bad, bad_count, mark);
    *fd = make_file(pages);
    return (*fd >= 0 && write_page(*fd, 0, mark)) || fail(fd, failure);
}

bool disk_make_file(uint64_t pages, bool writable, int *fd,
                    struct failure *failure)
{
    *fd = make_file(pages);
    if (*fd < 0 || !write_content(*fd, pages)) {
        return fail(fd, failure);
    }
    if (writable) {
        return true;
    }
    int reader = reopen_read_only(*fd);
    if (reader < 0) {
        return fail(fd, failure);
    }
    close(*fd);
    *fd = reader;
    return true;
}

// --- Their place in a machine ---

static const char *const accesses[] = {
    [DISK_READ] = "read",
    [DISK_WRITE] = "write",
};

// Appends blkdebug's rules for request N of a kind: a state for each request
// before it, then the error. blkdebug begins in state 1.
static void describe_count(const struct disk_error *error, unsigned *states,
                           struct buffer *out)
{
    for (uint64_t state = *states + 1; state < error->request; state++) {
        buffer_format(out,
                      ",file.set-state.%u.event=%s_aio,"
                      "file.set-state.%u.state=%llu,"
                      "file.set-state.%u.new_state=%llu",
                      *states, accesses[error->access], *states,
                      (unsigned long long)state, *states,
                      (unsigned long long)state + 1);
        ++*states;
    }
}

static void describe_errors(const struct machine_disk *disk, struct buffer *out)
{
    unsigned states = 0;

    for (size_t i = 0; i < disk->error_count; i++) {
        const struct disk_error *error = &disk->errors[i];
        const char *access = accesses[error->access];

        // One row of states counts one kind of request.
        assert(!error->request || (!error->always && disk->error_count == 1));
        describe_count(error, &states, out);
        buffer_format(out,
                      ",file.inject-error.%zu.event=%s_aio,"
                      "file.inject-error.%zu.iotype=%s,"
                      "file.inject-error.%zu.once=%s",
                      i, access, i, access, i, error->always ? "off" : "on");
        if (error->request) {
            buffer_format(out, ",file.inject-error.%zu.state=%llu", i,
                          (unsigned long long)error->request);
        } else {
            buffer_format(out, ",file.inject-error.%zu.sector=%llu", i,
                          (unsigned long long)error->page * PAGE_SECTORS);
        }
    }
}

// A temporary disk need not survive the host, so flushes are not waited for.
void disk_describe_node(const struct machine_disk *disk, unsigned set,
                        struct buffer *out)
{
    buffer_format(out, "driver=raw,node-name=%s-disk,%scache.no-flush=on,",
                  disk->name, disk->read_only ? "read-only=on," : "");
    if (disk->error_count) {
        buffer_format(out,
                      "file.driver=blkdebug,file.image.driver=file,"
                      "file.image.filename=/dev/fdset/%u",
                      set);
        describe_errors(disk, out);
    } else {
        buffer_format(out, "file.driver=file,file.filename=/dev/fdset/%u", set);
    }
}

void disk_describe_device(const struct machine_disk *disk,
                          const struct form *form, struct buffer *out)
{
    form_describe_device(form, "blk", disk->name, out);
    buffer_format(out, ",drive=%s-disk%s", disk->name,
                  disk->error_count ? ",request-merging=off" : "");
    if (disk->bus) {
        buffer_format(out, ",%s", disk->bus);
    }
}
