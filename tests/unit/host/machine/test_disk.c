// SPDX-License-Identifier: MIT
// The files of disks: their content, mkswap's mark, that none has a name; and
// their QEMU options in each form.
#include "machine/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_content.h"
#include "machine/swap_mark.h"
#include "unit/checks.h"

static struct failure failure;

// --- The mark ---------------------------------------------------------------

static uint32_t le32_at(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void the_mark_has_each_field_at_its_place(void **state)
{
    static const uint32_t bad[] = {7, 0x12345678};
    unsigned char mark[SWAP_MARK_BYTES];
    size_t zeros = 0;

    swap_mark_make(0x0a0b0c0d, bad, 2, mark);
    assert_int_equal(le32_at(mark + 1024), 1);
    assert_int_equal(le32_at(mark + 1028), 0x0a0b0c0d);
    assert_int_equal(le32_at(mark + 1032), 2);
    assert_int_equal(le32_at(mark + 1536), 7);
    assert_int_equal(le32_at(mark + 1540), 0x12345678);
    assert_memory_equal(mark + 4086, "SWAPSPACE2", 10);
    for (size_t i = 0; i < sizeof mark; i++) {
        zeros += mark[i] == 0;
    }
    // Version, last page, number, 7, the second page, the signature.
    assert_int_equal(zeros, sizeof mark - 1 - 4 - 1 - 1 - 4 - 10);
}

static void a_full_list_of_bad_pages_ends_before_the_signature(void **state)
{
    uint32_t bad[SWAP_MARK_BAD];
    unsigned char mark[SWAP_MARK_BYTES];

    for (uint32_t i = 0; i < SWAP_MARK_BAD; i++) {
        bad[i] = i + 1;
    }
    swap_mark_make(1000, bad, SWAP_MARK_BAD, mark);
    assert_int_equal(le32_at(mark + 1536 + 4 * (SWAP_MARK_BAD - 1)),
                     SWAP_MARK_BAD);
    assert_memory_equal(mark + 4086, "SWAPSPACE2", 10);
}

// Runs mkswap on a file of this many pages; false: there is no mkswap.
static bool run_mkswap(const char *path, unsigned pages)
{
    char line[256];

    snprintf(line, sizeof line,
             "PATH=$PATH:/usr/sbin:/sbin; command -v mkswap >/dev/null || exit "
             "9; truncate -s %u %s && mkswap -p 4096 %s >/dev/null 2>&1",
             pages * DISK_PAGE, path, path);
    int status = system(line);
    if (WEXITSTATUS(status) == 9) {
        return false;
    }
    assert_int_equal(status, 0);
    return true;
}

static void the_mark_is_mkswaps_but_for_the_uuid(void **state)
{
    char path[] = "/tmp/test_disk-XXXXXX";
    unsigned char theirs[DISK_PAGE];
    unsigned char ours[DISK_PAGE];
    int file = mkstemp(path);
    int fd = -1;

    assert_true(file >= 0);
    bool has_mkswap = run_mkswap(path, 8192);
    unlink(path);
    if (!has_mkswap) {
        close(file);
        puts("# skip: not here: mkswap of util-linux is missing");
        skip();
    }
    assert_int_equal(pread(file, theirs, sizeof theirs, 0), DISK_PAGE);
    close(file);
    memset(theirs + 1036, 0, 16);
    assert_true(disk_make_swap(8192, NULL, 0, &fd, &failure));
    assert_int_equal(pread(fd, ours, sizeof ours, 0), DISK_PAGE);
    close(fd);
    assert_memory_equal(ours, theirs, DISK_PAGE);
}

// --- The files --------------------------------------------------------------

static void a_swap_disk_is_sparse_and_has_no_name(void **state)
{
    struct stat status;
    int fd = -1;

    assert_true(disk_make_swap(8192, NULL, 0, &fd, &failure));
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_size, 32 << 20);
    assert_int_equal(status.st_nlink, 0);
    assert_int_equal(status.st_blocks, DISK_PAGE / 512);
    assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
}

static void each_page_of_the_file_disk_is_computed(void **state)
{
    unsigned char page[DISK_PAGE];
    int fd = -1;

    assert_true(disk_make_file(3, false, &fd, &failure));
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(pread(fd, page, sizeof page, (off_t)(i * DISK_PAGE)),
                         DISK_PAGE);
        for (unsigned word = 0; word < FILE_PAGE_WORDS; word++) {
            uint64_t expected = file_content_word(i, word);
            assert_int_equal(le32_at(page + 8 * word), (uint32_t)expected);
            assert_int_equal(le32_at(page + 8 * word + 4), expected >> 32);
        }
    }
    assert_int_equal(pread(fd, page, 1, 3 * DISK_PAGE), 0);
    close(fd);
}

static void the_content_is_the_documented_formula(void **state)
{
    assert_int_equal(file_content_word(0, 0), UINT64_C(0x9e3779b97f4a7c15));
    assert_int_equal(file_content_word(0, 1), UINT64_C(0x6f6b9efd5dcd6baa));
    assert_int_equal(file_content_word(1, 0), UINT64_C(0x068201768529a615));
    assert_int_equal(file_content_word(2047, 511),
                     UINT64_C(0x21413ca49a178c80));
}

static void the_file_disk_cannot_be_written(void **state)
{
    int fd = -1;

    assert_true(disk_make_file(1, false, &fd, &failure));
    assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    close(fd);
    assert_true(disk_make_file(1, true, &fd, &failure));
    assert_int_equal(pwrite(fd, "x", 1, 0), 1);
    close(fd);
}

static void a_disk_that_does_not_fit_is_a_failure_of_the_host(void **state)
{
    int fd = 0;

    // 2^63 bytes: more than a file can have.
    assert_false(disk_make_file(UINT64_C(1) << 51, false, &fd, &failure));
    assert_int_equal(failure.code, CODE_HOST);
    check_contains(failure.text, "cannot make a disk in memory: ");
    assert_int_equal(fd, -1);
}

// --- QEMU's options ---------------------------------------------------------

static void check_node(const struct machine_disk *disk, const char *expected)
{
    struct buffer out = {0};

    disk_describe_node(disk, 3, &out);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void check_device(const struct machine_disk *disk, struct form form,
                         const char *expected)
{
    struct buffer out = {0};

    disk_describe_device(disk, &form, &out);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void a_node_is_a_raw_file_that_is_not_flushed(void **state)
{
    check_node(&(struct machine_disk){.name = "swap"},
               "driver=raw,node-name=swap-disk,cache.no-flush=on,"
               "file.driver=file,file.filename=/dev/fdset/3");
    check_node(&(struct machine_disk){.name = "file", .read_only = true},
               "driver=raw,node-name=file-disk,read-only=on,cache.no-flush=on,"
               "file.driver=file,file.filename=/dev/fdset/3");
}

static void an_error_is_at_a_page_or_at_a_request(void **state)
{
    static const struct disk_error pages[] = {
        {.access = DISK_WRITE, .page = 5},
        {.access = DISK_READ, .page = 6, .always = true},
    };
    static const struct disk_error third = {.access = DISK_READ, .request = 3};

    check_node(&(struct machine_disk){.name = "swap",
                                      .errors = pages,
                                      .error_count = 2},
               "driver=raw,node-name=swap-disk,cache.no-flush=on,"
               "file.driver=blkdebug,file.image.driver=file,"
               "file.image.filename=/dev/fdset/3,"
               "file.inject-error.0.event=write_aio,"
               "file.inject-error.0.iotype=write,file.inject-error.0.once=on,"
               "file.inject-error.0.sector=40,"
               "file.inject-error.1.event=read_aio,"
               "file.inject-error.1.iotype=read,file.inject-error.1.once=off,"
               "file.inject-error.1.sector=48");
    check_node(&(struct machine_disk){.name = "swap",
                                      .errors = &third,
                                      .error_count = 1},
               "driver=raw,node-name=swap-disk,cache.no-flush=on,"
               "file.driver=blkdebug,file.image.driver=file,"
               "file.image.filename=/dev/fdset/3,"
               "file.set-state.0.event=read_aio,file.set-state.0.state=1,"
               "file.set-state.0.new_state=2,"
               "file.set-state.1.event=read_aio,file.set-state.1.state=2,"
               "file.set-state.1.new_state=3,"
               "file.inject-error.0.event=read_aio,"
               "file.inject-error.0.iotype=read,file.inject-error.0.once=on,"
               "file.inject-error.0.state=3");
}

static void a_device_follows_the_form(void **state)
{
    static const struct disk_error error = {.access = DISK_READ};
    const struct machine_disk disk = {.name = "swap"};
    const struct machine_disk behind_port = {
        .name = "file", .bus = "bus=port2", .errors = &error, .error_count = 1};

    check_device(&disk, (struct form){.transport = TRANSPORT_MMIO_LEGACY},
                 "virtio-blk-device,id=swap,drive=swap-disk");
    check_device(&disk, (struct form){TRANSPORT_MMIO, RING_PACKED, BOOT_PVH},
                 "virtio-blk-device,id=swap,packed=on,drive=swap-disk");
    check_device(&disk, (struct form){TRANSPORT_PCI, RING_PACKED, BOOT_UEFI},
                 "virtio-blk-pci,id=swap,disable-legacy=on,disable-modern=off,"
                 "packed=on,drive=swap-disk");
    check_device(&disk, (struct form){.transport = TRANSPORT_PCI_TRANSITIONAL},
                 "virtio-blk-pci,id=swap,disable-legacy=off,"
                 "disable-modern=off,drive=swap-disk");
    check_device(&behind_port, (struct form){.transport = TRANSPORT_PCI_LEGACY},
                 "virtio-blk-pci,id=file,disable-legacy=off,"
                 "disable-modern=on,drive=file-disk,request-merging=off,"
                 "bus=port2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mark_has_each_field_at_its_place),
        cmocka_unit_test(a_full_list_of_bad_pages_ends_before_the_signature),
        cmocka_unit_test(the_mark_is_mkswaps_but_for_the_uuid),
        cmocka_unit_test(a_swap_disk_is_sparse_and_has_no_name),
        cmocka_unit_test(each_page_of_the_file_disk_is_computed),
        cmocka_unit_test(the_content_is_the_documented_formula),
        cmocka_unit_test(the_file_disk_cannot_be_written),
        cmocka_unit_test(a_disk_that_does_not_fit_is_a_failure_of_the_host),
        cmocka_unit_test(a_node_is_a_raw_file_that_is_not_flushed),
        cmocka_unit_test(an_error_is_at_a_page_or_at_a_request),
        cmocka_unit_test(a_device_follows_the_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
