// SPDX-License-Identifier: MIT
// Converts descriptors to ranges. Firmware has a hundred or more, in any
// order; most are adjacent to one of the same kind, so few ranges remain.
// UEFI 2.10, 7.2.1 (memory types, tables 7.9 and 7.10), 7.2.3.
#include "boot/uefi_map.h"

#include <string.h>

// EFI_MEMORY_DESCRIPTOR, the part that all versions have.
struct descriptor {
    uint32_t type;
    uint32_t reserved;
    uint64_t physical_start;
    uint64_t virtual_start;
    uint64_t pages; // of 4 KiB, on every processor
    uint64_t attribute;
};

_Static_assert(sizeof(struct descriptor) == 40, "UEFI 2.10, 7.2.3");

// The members of EFI_MEMORY_TYPE that matter after ExitBootServices.
enum {
    LOADER_CODE = 1,
    LOADER_DATA = 2,
    BOOT_SERVICES_CODE = 3,
    BOOT_SERVICES_DATA = 4,
    CONVENTIONAL = 7,
    ACPI_RECLAIM = 9,
};

struct map {
    const char *bytes;
    size_t count;
    size_t stride;
};

static uint32_t memory_type_of(uint32_t type)
{
    switch (type) {
    case LOADER_CODE:
    case LOADER_DATA:
    case BOOT_SERVICES_CODE:
    case BOOT_SERVICES_DATA:
    case CONVENTIONAL:
        return MEMORY_RAM;
    case ACPI_RECLAIM:
        return MEMORY_ACPI;
    default:
        return MEMORY_RESERVED;
    }
}

static struct memory_range range_at(struct map map, size_t index)
{
    struct descriptor it;

    memcpy(&it, map.bytes + index * map.stride, sizeof it);
    // A product that would overflow becomes the maximum, so it stays invalid.
    return (struct memory_range){
        it.physical_start,
        it.pages > UINT64_MAX / PAGE_SIZE ? UINT64_MAX : it.pages * PAGE_SIZE,
        memory_type_of(it.type)};
}

// The index of the next range by ascending start, and by index for equal
// starts. `after` is map.count for the first one; returns map.count at the end.
static size_t next_by_start(struct map map, size_t after)
{
    const uint64_t floor = after == map.count ? 0 : range_at(map, after).start;
    size_t lowest = map.count;

    for (size_t i = 0; i < map.count; i++) {
        const uint64_t start = range_at(map, i).start;
        const bool behind = after == map.count || start > floor ||
                            (start == floor && i > after);

        if (behind &&
            (lowest == map.count || start < range_at(map, lowest).start)) {
            lowest = i;
        }
    }
    return lowest;
}

// A range that wraps around is never joined, so that mm sees and refuses it.
// `low` needs no check: it would end below its start, and `high` begins at or
// above that start.
static bool continues(struct memory_range low, struct memory_range high)
{
    return low.type == high.type && low.start + low.bytes == high.start &&
           high.bytes <= UINT64_MAX - high.start;
}

static void append_range(struct boot_info *boot, struct memory_range range)
{
    const bool all_kept = boot->range_count == boot->ranges_given;

    if (range.bytes == 0) {
        return;
    }
    if (boot->range_count > 0 && all_kept) {
        struct memory_range *last = &boot->ranges[boot->range_count - 1];

        if (continues(*last, range)) {
            last->bytes += range.bytes;
            return;
        }
    }
    boot->ranges_given++;
    if (boot->range_count < BOOT_RANGES_MAX) {
        boot->ranges[boot->range_count++] = range;
    }
}

enum boot_problem uefi_map_read(const void *map, size_t bytes, size_t stride,
                                struct boot_info *boot)
{
    boot->range_count = 0;
    boot->ranges_given = 0;
    if (stride < sizeof(struct descriptor) || bytes % stride != 0) {
        return BOOT_MAP_INVALID;
    }
    const struct map all = {map, bytes / stride, stride};

    for (size_t i = next_by_start(all, all.count); i < all.count;
         i = next_by_start(all, i)) {
        append_range(boot, range_at(all, i));
    }
    return BOOT_OK;
}
