// SPDX-License-Identifier: MIT
// Claims about the sixteen where a disk fails, is unplugged, or is no swap
// disk. docs/memory.md, "Disks".
#include <inttypes.h>

#include "claims/memory.h"
#include "claims/registry.h"

enum {
    SWAP = 257, // pages of the swap disk
    FEW = 41,   // of one with 40 slots
    FILE_PAGES = 64,
};

// 200 pages of task 1, of which the background has written the first ones to
// the slots from 1 on; then room for all.
#define SWAPPED "swapon map=1M room=200 write=200:1 free poll "

static bool expect_equal(struct fixture *fixture,
                         const struct fixture_disks *disks,
                         const struct model_fault *faults, size_t fault_count,
                         const char *words)
{
    struct memory memory = {0};
    bool ok = memory_boot(fixture,
                          &(struct memory_wish){
                              .disks = disks,
                              .faults = faults,
                              .fault_count = fault_count,
                          },
                          &memory) &&
              memory_do(&memory, words);

    return memory_end(&memory, ok);
}

// With 40 slots, and room of 200, a task gets 176 pages: 64 frames stay free.
// With a slot less the last one kills it.
#define FULL "swapon map=1M room=200 write=175:1 poll write=1@175:1 poll "
#define AGAIN "map=1M write=175:2 read=175"

// The page stays in memory, and slot 3 is never used again.
static bool check_write_error(struct fixture *fixture)
{
    static const struct disk_error error = {DISK_WRITE, .page = 3};
    static const struct model_fault fault = {MODEL_SWAP_WRITE, .value = 3};
    static const struct fixture_disks disks = {
        .swap_pages = FEW,
        .swap_errors = &error,
        .swap_error_count = 1,
    };

    return expect_equal(fixture, &disks, &fault, 1, FULL AGAIN);
}

static bool check_write_request(struct fixture *fixture)
{
    static const struct disk_error error = {DISK_WRITE, .request = 20};
    static const struct model_fault fault = {MODEL_SWAP_WRITE, true, 20};
    static const struct fixture_disks disks = {
        .swap_pages = FEW,
        .swap_errors = &error,
        .swap_error_count = 1,
    };

    return expect_equal(fixture, &disks, &fault, 1, FULL AGAIN);
}

// The page in slot 5 can't be read: task 1 ends, which is no kill.
static bool check_read_error(struct fixture *fixture)
{
    static const struct disk_error error = {DISK_READ, .page = 5};
    static const struct model_fault fault = {MODEL_SWAP_READ, .value = 5};
    static const struct fixture_disks disks = {
        .swap_pages = SWAP,
        .swap_errors = &error,
        .swap_error_count = 1,
    };

    return expect_equal(fixture, &disks, &fault, 1,
                        SWAPPED "task=2 map=1M write=50:2 task=1 read=200 poll "
                                "read=1 map=1M write=200:3 room=200 task=2 "
                                "write=100:4 task=1 read=200");
}

// Page 3 is first one that is read ahead, then the one that is touched.
static bool check_file_error(struct fixture *fixture)
{
    static const struct disk_error error = {DISK_READ, .page = 3,
                                            .always = true};
    static const struct model_fault fault = {MODEL_FILE_READ, .value = 3};
    static const struct fixture_disks disks = {
        .file_pages = FILE_PAGES,
        .file_errors = &error,
        .file_error_count = 1,
    };

    return expect_equal(
        fixture, &disks, &fault, 1,
        "load=3 poll load=1@3 poll load=4@4 drop load=8 load=8@8");
}

// Nothing is written without a mark, however short memory is.
static bool check_unmarked(struct fixture *fixture)
{
    static const struct fixture_disks disks = {
        .swap_pages = SWAP,
        .unmarked = true,
        .file_pages = FILE_PAGES,
    };

    return expect_equal(fixture, &disks, NULL, 0,
                        "swapon room=200 map=1M write=256:1 load=64 task=2 "
                        "map=1M write=256:2 swapon balloon=4095") &&
           fixture_expect_disk_unwritten(fixture);
}

// No page was read from a slot before, so each one is the first.
static void all_reads_fail(struct model_fault faults[SWAP])
{
    for (uint64_t page = 0; page < SWAP; page++) {
        faults[page] = (struct model_fault){MODEL_SWAP_READ, .value = page};
    }
}

static bool unplug(struct memory *memory)
{
    return fixture_qmp(memory->vm, "device_del",
                       "{\"id\": \"" FIXTURE_SWAP "\"}", NULL) &&
           fixture_await_event(memory->vm, "DEVICE_DELETED", NULL) &&
           fixture_await_line(memory->vm, "disk unplugged");
}

// The driver of the disk has given back what it had; page tables stay.
static bool take_driver_memory(struct memory *memory)
{
    uint64_t gained = 0;

    return memory_take_gained(memory, &gained) &&
           ((gained > 0 && gained <= memory->disk_frames / 2) ||
            fixture_fail(fixture_of(memory->vm),
                         "frames that came back: expected 1 to %" PRIu64
                         ", got %" PRIu64,
                         memory->disk_frames / 2, gained));
}

static bool check_unplugged(struct fixture *fixture)
{
    static const struct fixture_disks disks = {.swap_pages = SWAP,
                                               .file_pages = FILE_PAGES};
    struct model_fault faults[SWAP];
    struct memory memory = {0};

    if (!fixture_is_pci(fixture)) {
        return fixture_conclude(fixture, FINDING_HOLDS,
                                "virtio-mmio has no hot-plug.");
    }
    all_reads_fail(faults);
    bool ok = memory_boot(fixture,
                          &(struct memory_wish){
                              .disks = &disks,
                              .faults = faults,
                              .fault_count = SWAP,
                          },
                          &memory) &&
              memory_do(&memory, SWAPPED "task=2 map=1M write=20:2 load=8") &&
              unplug(&memory) && take_driver_memory(&memory) &&
              memory_do(&memory, "poll task=1 read=200 poll task=2 read=20 "
                                 "load=64 balloon=512 write=50:3");

    return memory_end(&memory, ok);
}

static const struct claim claims[] = {
    {
        .id = "memory.write-error",
        .place = "beyond",
        .statement = "A page that can't be written to swap stays in memory and "
                     "is in no counter of pages; its slot is not used again.",
        .check = check_write_error,
    },
    {
        .id = "memory.write-request",
        .place = "beyond",
        .statement = "The same for the 20th write, whatever page it is.",
        .check = check_write_request,
    },
    {
        .id = "memory.read-error",
        .place = "beyond",
        .statement = "A page that can't be read from swap is lost: no fault is "
                     "counted, its task ends with an error, and that is no "
                     "kill.",
        .check = check_read_error,
    },
    {
        .id = "memory.file-error",
        .place = "beyond",
        .statement = "A page of a file that can't be read is not in "
                     "disk-caches; the others of its group are.",
        .check = check_file_error,
    },
    {
        .id = "memory.unmarked",
        .place = "beyond",
        .statement = "A writable disk without mkswap's mark keeps every byte, "
                     "however short memory is.",
        .check = check_unmarked,
    },
    {
        .id = "memory.unplugged",
        .place = "beyond",
        .statement = "A swap disk that is unplugged in use takes its pages "
                     "with it: a task that reads one ends with an error, and "
                     "the statistics go on.",
        .check = check_unplugged,
    },
};

const struct claim_list claims_memory_disk = {
    claims,
    sizeof claims / sizeof *claims,
};
