// SPDX-License-Identifier: MIT
// The file: a whole disk, mapped read-only. The cache is what of it is in
// memory: clean, so it is dropped without I/O. docs/memory.md, "Reading the
// file".
#include "arch/x86_64/paging.h"
#include "vm/internal.h"

#include <string.h>

// Pages that are read together. A sequential reader then waits for the disk
// once a group.
#define GROUP 8u

_Static_assert(GROUP <= VM_IO_MAX, "a group is one call of the store");

void vm_file_set(const struct vm_store *store)
{
    vm.file_store = store;
}

uint64_t vm_file_pages(void)
{
    return vm.file_store != NULL ? vm.file_store->pages : 0;
}

uint64_t vm_caches(void)
{
    return vm.file.in_memory;
}

static uint64_t group_end(uint64_t end)
{
    const uint64_t rounded = round_up(end, GROUP);
    const uint64_t all = vm_file_pages();

    return rounded < all ? rounded : all;
}

enum error vm_file_grow(uint64_t end, uint64_t *tables)
{
    return vm_space_grow(&vm.file, group_end(end), tables);
}

uint64_t vm_file_drop(void)
{
    const uint64_t pages = vm.file.in_memory;

    vm_space_clear(&vm.file);
    return pages;
}

// Adds the group's EMPTY pages to the list while frames can be spared. Returns
// the length of the list.
static unsigned add_group(uint64_t touched, struct vm_io *list)
{
    const uint64_t first = round_down(touched, GROUP);
    const uint64_t end = group_end(touched + 1);
    unsigned count = 1; // the touched page

    for (uint64_t page = first; page < end; page++) {
        if (page != touched && mm_room() > MM_MARK_MIN &&
            vm_state_of(vm_word(&vm.file, page)) == VM_EMPTY) {
            list[count].page = page;
            list[count].frame = mm_frame_take();
            count++;
        }
    }
    return count;
}

static void finish_touched(const struct vm_io *io)
{
    if (io->done) {
        vm_counters.major_faults++;
    } else {
        memset(paging_borrow(io->frame), 0, PAGE_SIZE);
        vm.ending.why = VM_LOST;
    }
    vm_map_page(&vm.file, io->page, io->frame);
}

// The others may be needed next: they rest, and their first touch is a minor
// fault.
static void finish_ahead(const struct vm_io *io)
{
    if (io->done) {
        vm_set_word(&vm.file, io->page, vm_resting_word(io->frame));
    } else {
        mm_frame_give(io->frame);
    }
}

void vm_read_file(uint64_t page)
{
    const struct vm_store *store = vm.file_store;
    struct vm_io list[GROUP] = {
        {.page = page, .frame = vm_take_frame(&vm.file)},
    };
    const unsigned count = add_group(page, list);

    vm.ending.page = page; // of VM_NO_FRAME, if it is one
    store->read(store->ctx, list, count);
    finish_touched(&list[0]);
    for (unsigned i = 1; i < count; i++) {
        finish_ahead(&list[i]);
    }
}
