// SPDX-License-Identifier: MIT
// The memory map's checks. A map is accepted as a whole or not at all: if it
// contradicts itself in one place, the other entries cannot be trusted either.
#include "mm/memmap.h"

static uint64_t end_of(struct memory_range range)
{
    return range.start + range.bytes;
}

static bool wraps(struct memory_range range)
{
    return range.start > UINT64_MAX - range.bytes;
}

static bool overlap(struct memory_range a, struct memory_range b)
{
    return a.bytes > 0 && b.bytes > 0 && a.start < end_of(b) &&
           b.start < end_of(a);
}

// Keeps the list in ascending order. The loader's list is nearly sorted.
static void insert(struct memmap *map, struct memory_range range)
{
    uint32_t at = map->count++;

    for (; at > 0 && map->ram[at - 1].start > range.start; at--) {
        map->ram[at] = map->ram[at - 1];
    }
    map->ram[at] = range;
}

// Collects all non-empty ranges, RAM or not, in ascending order.
static const char *sort(const struct boot_info *boot, struct memmap *map)
{
    map->count = 0;
    if (boot->ranges_given > boot->range_count) {
        return "memory map longer than what is kept";
    }
    for (uint32_t i = 0; i < boot->range_count; i++) {
        if (wraps(boot->ranges[i])) {
            return "memory range wraps around";
        }
        if (boot->ranges[i].bytes > 0) {
            insert(map, boot->ranges[i]);
        }
    }
    return NULL;
}

// RAM must not overlap any range; other ranges may overlap each other.
static const char *contradiction(const struct memmap *map)
{
    uint64_t end = 0;     // the highest end of the ranges before
    uint64_t ram_end = 0; // the end of the last RAM range before

    for (uint32_t i = 0; i < map->count; i++) {
        const struct memory_range range = map->ram[i];
        const bool ram = range.type == MEMORY_RAM;

        if (range.start < (ram ? end : ram_end)) {
            return "memory ranges overlap";
        }
        end = end_of(range) > end ? end_of(range) : end;
        ram_end = ram ? end_of(range) : ram_end;
    }
    return NULL;
}

// The pages of a range that may be managed; empty if there are none.
static struct memory_range usable(struct memory_range range)
{
    uint64_t start = range.start;
    uint64_t end = round_down(end_of(range), PAGE_SIZE);

    if (end > MEMMAP_HIGHEST) {
        end = MEMMAP_HIGHEST;
    }
    if (start < MEMMAP_LOWEST) {
        start = MEMMAP_LOWEST;
    }
    if (start < end) { // else rounding up could wrap around
        start = round_up(start, PAGE_SIZE);
    }
    return (struct memory_range){start, start < end ? end - start : 0,
                                 MEMORY_RAM};
}

static void keep_usable(struct memmap *map)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < map->count; i++) {
        const struct memory_range range = usable(map->ram[i]);

        if (map->ram[i].type == MEMORY_RAM && range.bytes > 0) {
            map->ram[kept++] = range;
        }
    }
    map->count = kept;
}

static bool image_in_ram(const struct boot_info *boot, const struct memmap *map)
{
    struct memory_range image = {boot->image_start.value, boot->image_bytes, 0};

    if (wraps(image)) {
        return false;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        if (image.start >= map->ram[i].start &&
            end_of(image) <= end_of(map->ram[i])) {
            return true;
        }
    }
    return false;
}

enum error memmap_check(const struct boot_info *boot, struct memmap *map,
                        const char **what)
{
    *what = sort(boot, map);
    if (!*what) {
        *what = contradiction(map);
    }
    if (*what) {
        return ERR_INVALID;
    }
    keep_usable(map);
    if (map->count == 0) {
        *what = "no RAM above 1 MiB";
        return ERR_NO_MEMORY;
    }
    if (!image_in_ram(boot, map)) {
        *what = "the guest's image lies outside RAM";
        return ERR_INVALID;
    }
    map->end = end_of(map->ram[map->count - 1]);
    return OK;
}

bool memmap_overlaps(const struct memmap *map, uint64_t start, uint64_t bytes)
{
    const struct memory_range range = {start, bytes, 0};

    for (uint32_t i = 0; i < map->count && map->ram[i].start < start + bytes;
         i++) {
        if (overlap(map->ram[i], range)) {
            return true;
        }
    }
    return false;
}

uint32_t memmap_without(struct memory_range range, uint64_t from,
                        uint64_t bytes, struct memory_range pieces[2])
{
    struct memory_range hole = {from, bytes, 0};
    uint32_t count = 0;

    if (!overlap(range, hole)) {
        pieces[count++] = range;
        return count;
    }
    if (range.start < from) {
        pieces[count++] =
            (struct memory_range){range.start, from - range.start, range.type};
    }
    if (end_of(range) > end_of(hole)) {
        pieces[count++] = (struct memory_range){
            end_of(hole), end_of(range) - end_of(hole), range.type};
    }
    return count;
}
