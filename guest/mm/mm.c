// SPDX-License-Identifier: MIT
// Start of the memory manager, and memory for devices. The order of the start
// is the point: check the map, make room for the sets of frames, count what is
// left, build the tables, and only then leave the boot tables.
#include "mm/mm.h"

#include "arch/x86_64/paging.h"
#include "arch/x86_64/stacks.h"
#include "mm/frames.h"
#include "mm/internal.h"
#include "mm/memmap.h"

extern char image_start[];
extern char text_end[];
extern char rodata_end[];
extern char image_end[];

// What the boot tables reach; see boot/pvh.S.
#define BOOT_REACH (1ull << 30)

// Below so many free frames after the start, the guest could not do its job:
// rings and buffers, heap, the workload and their page tables.
#define FRAMES_TO_LIVE 64

struct frames mm_frames;

// The end of what the tables in use show of RAM.
static uint64_t reach = BOOT_REACH;

// Room for the sets of frames: the lowest that the boot tables reach, which is
// right above the image unless what firmware left there is short.
static enum error place_bits(const struct boot_info *boot,
                             const struct memmap *map,
                             struct memory_range *bits)
{
    bits->bytes =
        round_up(FRAME_SETS * frame_set_bytes(map->end / PAGE_SIZE), PAGE_SIZE);
    for (uint32_t i = 0; i < map->count; i++) {
        struct memory_range pieces[2];
        uint32_t count = memmap_without(map->ram[i], boot->image_start.value,
                                        boot->image_bytes, pieces);

        for (uint32_t j = 0; j < count; j++) {
            bits->start = pieces[j].start;
            if (pieces[j].bytes >= bits->bytes &&
                bits->start + bits->bytes <= reach) {
                return OK;
            }
        }
    }
    return ERR_NO_MEMORY;
}

static void give_without_bits(struct memory_range range,
                              struct memory_range bits)
{
    struct memory_range pieces[2];
    uint32_t count = memmap_without(range, bits.start, bits.bytes, pieces);

    for (uint32_t i = 0; i < count; i++) {
        frames_give(&mm_frames, paddr_of(pieces[i].start), pieces[i].bytes);
    }
}

static void give_frames(const struct boot_info *boot, const struct memmap *map,
                        struct memory_range bits)
{
    for (uint32_t i = 0; i < map->count; i++) {
        struct memory_range pieces[2];
        uint32_t count = memmap_without(map->ram[i], boot->image_start.value,
                                        boot->image_bytes, pieces);

        for (uint32_t j = 0; j < count; j++) {
            give_without_bits(pieces[j], bits);
        }
    }
}

// A frame for a table: one that can be written now.
static enum error table_frame(paddr *frame)
{
    enum error error = frames_take(&mm_frames, frame);

    if (error == OK && frame->value >= reach) {
        frames_return(&mm_frames, *frame, 1);
        return ERR_NO_MEMORY;
    }
    return error;
}

// One part of the image, with its own permissions.
static enum error map_part(const struct boot_info *boot, const char *from,
                           const char *to, unsigned flags)
{
    uint64_t offset = (uint64_t)(from - image_start);

    return paging_map((uintptr_t)from, paddr_add(boot->image_start, offset),
                      (uint64_t)(to - from), flags);
}

static enum error map_image(const struct boot_info *boot)
{
    enum error error = map_part(boot, image_start, text_end, PAGING_EXECUTE);

    if (error == OK) {
        error = map_part(boot, text_end, rodata_end, PAGING_READ);
    }
    if (error == OK) {
        error = map_part(boot, rodata_end, image_end, PAGING_WRITE);
    }
    return error;
}

static void unmap_guard(const char *top, size_t bytes)
{
    paddr frame;

    // The page stays part of the image: nobody else can get it.
    (void)!paging_unmap(stack_guard(top, bytes), &frame);
}

// RAM at its place in the direct map, except for the image: that has one
// mapping only, or its text could be written through the other.
static enum error map_ram(const struct boot_info *boot,
                          const struct memmap *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        struct memory_range pieces[2];
        uint32_t count = memmap_without(map->ram[i], boot->image_start.value,
                                        boot->image_bytes, pieces);

        for (uint32_t j = 0; j < count; j++) {
            paddr start = paddr_of(pieces[j].start);
            enum error error = paging_map((uintptr_t)direct(start), start,
                                          pieces[j].bytes, PAGING_WRITE);

            if (error != OK) {
                return error;
            }
        }
    }
    return OK;
}

static enum error build_tables(const struct boot_info *boot,
                               const struct memmap *map)
{
    enum error error = paging_start(table_frame);

    if (error == OK) {
        error = map_image(boot);
    }
    if (error == OK) {
        error = map_ram(boot, map);
    }
    if (error == OK) {
        unmap_guard(boot_stack_top, STACK_BYTES);
        unmap_guard(double_fault_stack_top, TRAP_STACK_BYTES);
        unmap_guard(nmi_stack_top, TRAP_STACK_BYTES);
        unmap_guard(machine_check_stack_top, TRAP_STACK_BYTES);
    }
    return error;
}

enum error mm_start(const struct boot_info *boot, const char **what)
{
    static struct memmap map;
    struct memory_range bits;
    enum error error = memmap_check(boot, &map, what);

    if (error != OK) {
        return error;
    }
    *what = "too little memory";
    error = place_bits(boot, &map, &bits);
    if (error != OK) {
        return error;
    }
    char *memory = direct(paddr_of(bits.start));

    frames_start(&mm_frames, memory, map.end / PAGE_SIZE);
    lending_start(memory + frame_set_bytes(mm_frames.set.count));
    give_frames(boot, &map, bits);
    error = build_tables(boot, &map);
    if (error != OK) {
        return error;
    }
    paging_switch();
    reach = UINT64_MAX;
    windows_start();
    return mm_frames.free < FRAMES_TO_LIVE ? ERR_NO_MEMORY : OK;
}

void mm_count(struct mm_counters *counters)
{
    uint64_t all = mm_frames.free + lending_soon_back();
    uint64_t free = all - windows_promised();
    uint64_t tables = (free + 511) / 512; // one for each 512 pages, at worst

    counters->minor_faults = windows_faults();
    counters->total = (mm_frames.managed - lending_away()) * PAGE_SIZE;
    counters->free = all * PAGE_SIZE;
    counters->available = (free - tables) * PAGE_SIZE;
}

enum error mm_alloc_dma(size_t bytes, struct dma_block *block)
{
    size_t rounded = (size_t)round_up(bytes, PAGE_SIZE);
    paddr start;
    enum error error = frames_take_run(&mm_frames, rounded / PAGE_SIZE, &start);

    if (error == OK) {
        *block = (struct dma_block){direct(start), start, bytes};
    }
    return error;
}

void mm_free_dma(struct dma_block block)
{
    frames_return(&mm_frames, block.device,
                  round_up(block.bytes, PAGE_SIZE) / PAGE_SIZE);
}

const void *mm_map_firmware(paddr address, size_t bytes)
{
    enum error error = paging_map_direct(address, bytes, PAGING_READ);

    return error == OK ? direct(address) : NULL;
}
