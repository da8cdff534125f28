// SPDX-License-Identifier: MIT
// Disks are probed once. Their numbers are those of the search: slots from the
// last to the first, which is the order of QEMU's -device options, then PCI
// functions in ascending order. VIRTIO 1.4, 5.2 "Block Device".
#include "disks.h"

#include "arch/x86_64/cpu.h"
#include "base/log.h"
#include "base/panic.h"
#include "drivers/block/block.h"
#include "mm/mm.h"
#include "platform/hotplug/hotplug.h"
#include "virtio/probe.h"

_Static_assert(VM_IO_MAX <= BLOCK_REQUESTS, "one call, one transfer");

enum disk_state {
    DISK_NONE = 0,
    DISK_READY,
    DISK_LEAVING,  // perhaps removed by the next ejection
    DISK_LOST,     // failed for good, not released yet
    DISK_RELEASED, // every call fails
};

// A device's interrupts are connected to its struct, which therefore stays at
// its place.
static struct disk {
    enum disk_state state;
    struct virtio_device device;
    struct block block;
    struct vm_store store;
} disks[DISKS_MAX];

static unsigned disk_count;
static uint64_t frames_taken;

static unsigned number_of(const struct disk *disk)
{
    return (unsigned)(disk - disks);
}

// --- Transfers ---------------------------------------------------------------

// Interrupt handlers only record events (virtio_device_event, hotplug_announce,
// a byte of COM1). Nothing else runs during the sleep, so a page fault may
// sleep here; a handler that did more would break that.
static void wait_for_interrupt(void *ctx)
{
    (void)ctx;
    cpu_wait_for_interrupt();
}

static enum error run(struct disk *disk, bool write, struct block_io *list,
                      unsigned count)
{
    return write ? block_write(&disk->block, list, count)
                 : block_read(&disk->block, list, count);
}

static void transfer(struct disk *disk, bool write, struct vm_io *list,
                     unsigned count)
{
    struct block_io blocks[VM_IO_MAX];
    enum error error = OK;

    assert_that(count <= VM_IO_MAX, "disks: too many pages");
    for (unsigned i = 0; i < count; i++) {
        blocks[i] =
            (struct block_io){.page = list[i].page, .frame = list[i].frame};
    }
    if (disk->state == DISK_READY) {
        error = run(disk, write, blocks, count);
    }
    for (unsigned i = 0; i < count; i++) {
        list[i].done = blocks[i].done;
    }
    if (error != OK) {
        disk->state = DISK_LOST;
        log_line("error what=\"disk lost\" disk=%u error=%s", number_of(disk),
                 error_name(error));
    }
}

static void disk_read(void *ctx, struct vm_io *list, unsigned count)
{
    transfer(ctx, false, list, count);
}

static void disk_write(void *ctx, struct vm_io *list, unsigned count)
{
    transfer(ctx, true, list, count);
}

// --- Start -------------------------------------------------------------------

static void release_device(struct virtio_device *device)
{
    struct pci_address at;

    if (virtio_function(device, &at)) {
        virtio_release(device);
    }
}

static void log_unusable(const char *what, enum error error)
{
    log_line("error what=\"%s\" error=%s", what, error_name(error));
}

static void fill_store(struct disk *disk)
{
    disk->store = (struct vm_store){
        .ctx = disk,
        .pages = disk->block.pages,
        .read_only = disk->block.read_only,
        .read = disk_read,
        .write = disk_write,
    };
    log_line("disk ready disk=%u pages=%llu read_only=%s", number_of(disk),
             (unsigned long long)disk->store.pages,
             disk->store.read_only ? "yes" : "no");
}

// Memory that a device keeps after a failed start is lost: the device may still
// write into it.
static void start_disk(struct disk *disk)
{
    const struct block_env env = {
        .number = number_of(disk),
        .wait = wait_for_interrupt,
    };
    const enum error error = block_start(&disk->block, &disk->device, &env);

    if (error != OK) {
        log_unusable("disk can't be started", error);
        release_device(&disk->device);
        *disk = (struct disk){.state = DISK_NONE};
        return;
    }
    disk->state = DISK_READY;
    disk_count++;
    fill_store(disk);
}

// False: there are no more disks.
static bool find_next(const struct machine *machine,
                      struct virtio_search *search)
{
    static struct virtio_device surplus;
    const bool room = disk_count < DISKS_MAX;
    struct virtio_device *device = room ? &disks[disk_count].device : &surplus;
    const enum error error =
        virtio_probe_next(machine, VIRTIO_ID_BLOCK, device, search);

    if (error == ERR_EMPTY) {
        return false;
    }
    if (error != OK) {
        log_unusable(search->what, error);
    } else if (room) {
        start_disk(&disks[disk_count]);
    } else {
        log_line("disk left alone limit=%u", DISKS_MAX);
        release_device(device);
    }
    return true;
}

static uint64_t free_frames(void)
{
    struct mm_counters counters;

    mm_count(&counters);
    return counters.free / PAGE_SIZE;
}

void disks_start(const struct machine *machine)
{
    static bool started;
    struct virtio_search search = {.quiet = true, .what = ""};

    if (started) {
        return;
    }
    started = true;
    const uint64_t before = free_frames();

    while (find_next(machine, &search)) {
    }
    frames_taken = before - free_frames();
}

unsigned disks_count(void)
{
    return disk_count;
}

const struct vm_store *disks_store(unsigned index)
{
    assert_that(index < disk_count, "disks: no such disk");
    return &disks[index].store;
}

uint64_t disks_frames(void)
{
    return frames_taken;
}

// --- Release -----------------------------------------------------------------

// In this order: the device accesses memory until it is reset, and its
// registers answer until it is released.
static enum error release(struct disk *disk)
{
    const enum error stopped = block_stop(&disk->block);

    release_device(&disk->device);
    disk->state = DISK_RELEASED;
    return stopped;
}

static bool may_be_removed(const struct disk *disk)
{
    struct pci_address at;

    return virtio_function(&disk->device, &at) &&
           (hotplug_removal_requested(at) || virtio_device_gone(&disk->device));
}

void disks_before_eject(void)
{
    for (unsigned i = 0; i < disk_count; i++) {
        if (disks[i].state == DISK_READY && may_be_removed(&disks[i])) {
            block_pause(&disks[i].block);
            disks[i].state = DISK_LEAVING;
        }
    }
}

static void take_leave(struct disk *disk)
{
    if (virtio_device_gone(&disk->device)) {
        (void)release(disk);
        log_line("disk unplugged disk=%u", number_of(disk));
    } else {
        disk->state = DISK_READY;
        log_line("disk stays disk=%u", number_of(disk));
    }
}

void disks_after_eject(void)
{
    for (unsigned i = 0; i < disk_count; i++) {
        if (disks[i].state == DISK_LEAVING) {
            take_leave(&disks[i]);
        }
    }
}

void disks_serve(void)
{
    for (unsigned i = 0; i < disk_count; i++) {
        if (disks[i].state == DISK_LOST) {
            (void)release(&disks[i]);
        }
    }
}

void disks_stop(void)
{
    for (unsigned i = 0; i < disk_count; i++) {
        if (disks[i].state == DISK_READY) {
            block_pause(&disks[i].block);
        }
    }
}
