// SPDX-License-Identifier: MIT
// Start of the memory manager, memory for devices, and the counters. The order
// of the start matters: check the map, place the sets of frames, add the other
// RAM as free frames, build the tables, and only then leave the boot tables.
#include "mm/mm.h"

#include "arch/x86_64/paging.h"
#include "arch/x86_64/stacks.h"
#include "mm/dma.h"
#include "mm/frames.h"
#include "mm/internal.h"
#include "mm/memmap.h"

extern char image_start[];
extern char text_end[];
extern char rodata_end[];
extern char image_end[];

// The end of the RAM that the boot tables map; see boot/long_mode.inc.
#define BOOT_REACH (1ull << 30)

// The number of free frames that the guest needs after the start, for rings,
// buffers, the workload and their page tables.
#define FRAMES_TO_LIVE 64

// Bytes mapped after the sets of frames at the start: more than a balloon's
// queues take.
#define ROOM_FOR_DEVICES (256u << 10)

struct frames mm_frames;

// The end of the RAM that the current tables can map.
static uint64_t reach = BOOT_REACH;

static struct memmap ram;
static struct memory_range image;

static bool is_ram(paddr start, uint64_t bytes)
{
    return memmap_overlaps(&ram, start.value, bytes);
}

// Places the sets of frames in the lowest piece of RAM that is large enough and
// that the boot tables map: most often directly above the image, which begins
// at 1 MiB. room_end: the end of that piece.
static enum error place_sets(struct memory_range *sets, uint64_t *room_end)
{
    sets->bytes =
        round_up(FRAME_SETS * frame_set_bytes(ram.end / PAGE_SIZE), PAGE_SIZE);
    for (uint32_t i = 0; i < ram.count; i++) {
        struct memory_range pieces[2];
        uint32_t count =
            memmap_without(ram.ram[i], image.start, image.bytes, pieces);

        for (uint32_t j = 0; j < count; j++) {
            sets->start = pieces[j].start;
            *room_end = pieces[j].start + pieces[j].bytes;
            if (pieces[j].bytes >= sets->bytes &&
                sets->start + sets->bytes <= reach) {
                return OK;
            }
        }
    }
    return ERR_NO_MEMORY;
}

static void add_without_sets(struct memory_range range,
                             struct memory_range sets)
{
    struct memory_range pieces[2];
    uint32_t count = memmap_without(range, sets.start, sets.bytes, pieces);

    for (uint32_t i = 0; i < count; i++) {
        frames_add(&mm_frames, paddr_of(pieces[i].start), pieces[i].bytes);
    }
}

// Adds all RAM except the image and the sets; most ranges lie above both.
static void add_frames(struct memory_range sets)
{
    const uint64_t above_image = image.start + image.bytes;
    const uint64_t above_sets = sets.start + sets.bytes;
    const uint64_t end = above_image > above_sets ? above_image : above_sets;

    for (uint32_t i = 0; i < ram.count; i++) {
        const struct memory_range range = ram.ram[i];
        struct memory_range pieces[2];

        if (range.start >= end) {
            frames_add(&mm_frames, paddr_of(range.start), range.bytes);
            continue;
        }
        const uint32_t count =
            memmap_without(range, image.start, image.bytes, pieces);

        for (uint32_t j = 0; j < count; j++) {
            add_without_sets(pieces[j], sets);
        }
    }
}

// A frame for a page table. It must be one that the current tables can map.
static enum error alloc_table_frame(paddr *frame)
{
    enum error error = frames_alloc(&mm_frames, frame);

    if (error != OK && mm_await_frames(1)) {
        error = frames_alloc(&mm_frames, frame);
    }
    if (error == OK && frame->value >= reach) {
        frames_free(&mm_frames, *frame, 1);
        return ERR_NO_MEMORY;
    }
    return error;
}

// Maps one part of the image with its own permissions.
static enum error map_part(const char *from, const char *to, unsigned flags)
{
    const uint64_t offset = (uint64_t)(from - image_start);

    return paging_map((uintptr_t)from, paddr_of(image.start + offset),
                      (uint64_t)(to - from), flags);
}

static enum error map_image(void)
{
    enum error error = map_part(image_start, text_end, PAGING_EXECUTE);

    if (error == OK) {
        error = map_part(text_end, rodata_end, PAGING_READ);
    }
    if (error == OK) {
        error = map_part(rodata_end, image_end, PAGING_WRITE);
    }
    return error;
}

static void unmap_guard(const char *top, size_t bytes)
{
    paddr frame;

    // The frame is not freed: it stays part of the image.
    (void)!paging_unmap(stack_guard(top, bytes), &frame);
}

// Maps the sets of frames in the direct map, and the RAM after them, where
// memory for devices is allocated first. The mapping ends with a large page, if
// RAM does not end before it, so that larger sets need few further entries.
static enum error map_sets(struct memory_range sets, uint64_t room_end)
{
    const uint64_t large_end =
        round_up(sets.start + sets.bytes + ROOM_FOR_DEVICES,
                 UINT64_C(1) * FRAMES_BLOCK * PAGE_SIZE);
    const uint64_t end = large_end < room_end ? large_end : room_end;

    return paging_map_direct(paddr_of(sets.start), end - sets.start,
                             PAGING_WRITE);
}

static enum error build_tables(struct memory_range sets, uint64_t room_end)
{
    paging_start(paddr_of(image.start), alloc_table_frame, is_ram);
    enum error error = map_image();

    if (error == OK) {
        error = map_sets(sets, room_end);
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
    struct memory_range sets;
    uint64_t room_end;
    enum error error = memmap_check(boot, &ram, what);

    if (error != OK) {
        return error;
    }
    image = (struct memory_range){boot->image_start.value, boot->image_bytes,
                                  MEMORY_RAM};
    *what = "too little memory";
    error = place_sets(&sets, &room_end);
    if (error != OK) {
        return error;
    }
    char *memory = direct(paddr_of(sets.start));

    frames_start(&mm_frames, memory, ram.end / PAGE_SIZE);
    add_frames(sets);
    balloon_frames_start(memory + frame_set_bytes(mm_frames.set.count));
    error = build_tables(sets, room_end);
    if (error != OK) {
        return error;
    }
    paging_switch();
    reach = UINT64_MAX;
    vm_area_start();
    return mm_frames.free < FRAMES_TO_LIVE ? ERR_NO_MEMORY : OK;
}

void mm_count(struct mm_counters *counters)
{
    const uint64_t free = balloon_frames_counted_free();

    counters->minor_faults = vm_area_faults();
    counters->total = (mm_frames.managed - balloon_frames_away()) * PAGE_SIZE;
    counters->free = free * PAGE_SIZE;
}

// All free frames may be in reports at this moment.
static enum error alloc_run(uint64_t frames, paddr *start)
{
    const enum error error = frames_alloc_run(&mm_frames, frames, start);

    return error != OK && mm_await_frames(frames)
               ? frames_alloc_run(&mm_frames, frames, start)
               : error;
}

enum error mm_alloc_dma(size_t bytes, struct dma_block *block)
{
    size_t rounded = (size_t)round_up(bytes, PAGE_SIZE);
    paddr start;
    enum error error = alloc_run(rounded / PAGE_SIZE, &start);

    if (error != OK) {
        return error;
    }
    error = paging_map_direct(start, bytes, PAGING_WRITE);
    if (error != OK) {
        frames_free(&mm_frames, start, rounded / PAGE_SIZE);
        return error;
    }
    *block = (struct dma_block){direct(start), start, bytes};
    return OK;
}

void mm_free_dma(struct dma_block block)
{
    frames_free(&mm_frames, block.device,
                round_up(block.bytes, PAGE_SIZE) / PAGE_SIZE);
}

// A firmware table in free RAM may share its page with later device memory, so
// the mapping there is writable. The image has no second mapping. Callers read
// a table part by part, so most calls need the same pages as the call before.
const void *mm_map_firmware(paddr address, size_t bytes)
{
    static struct memory_range last;
    const uint64_t end = address.value + bytes;

    if (address.value < last.start || end > last.start + last.bytes) {
        const unsigned flags =
            is_ram(address, bytes) ? PAGING_WRITE : PAGING_READ;

        if ((address.value < image.start + image.bytes && image.start < end) ||
            paging_map_direct(address, bytes, flags) != OK) {
            return NULL;
        }
        last.start = round_down(address.value, PAGE_SIZE);
        last.bytes = round_up(end, PAGE_SIZE) - last.start;
    }
    return direct(address);
}
