// SPDX-License-Identifier: MIT
// Swap on and off. A disk is written only if it has the mark that mkswap
// leaves; docs/memory.md, "Disks", has its layout.
#include "arch/x86_64/paging.h"
#include "vm/internal.h"

#include <string.h>

#define MARK_VERSION 1024u
#define MARK_LAST_PAGE 1028u
#define MARK_BAD_COUNT 1032u
#define MARK_BAD_LIST 1536u
#define MARK_MAGIC 4086u
#define MAGIC "SWAPSPACE2"

_Static_assert(MARK_BAD_LIST + VM_SWAP_BAD_MAX * sizeof(uint32_t) <= MARK_MAGIC,
               "the list ends before the magic");

static uint32_t number_at(const unsigned char *page, size_t offset)
{
    le32 number;

    memcpy(&number, page + offset, sizeof number);
    return le32_value(number);
}

enum error vm_swap_mark_parse(const void *page, struct vm_swap_mark *mark)
{
    const unsigned char *bytes = page;

    mark->last_page = number_at(bytes, MARK_LAST_PAGE);
    mark->bad_count = number_at(bytes, MARK_BAD_COUNT);
    if (memcmp(bytes + MARK_MAGIC, MAGIC, sizeof MAGIC - 1) != 0 ||
        number_at(bytes, MARK_VERSION) != 1 || mark->last_page == 0 ||
        mark->bad_count > VM_SWAP_BAD_MAX) {
        return ERR_INVALID;
    }
    for (uint32_t i = 0; i < mark->bad_count; i++) {
        mark->bad[i] = number_at(bytes, MARK_BAD_LIST + i * sizeof(uint32_t));
    }
    return OK;
}

static enum error read_mark(const struct vm_store *store,
                            struct vm_swap_mark *mark)
{
    struct vm_io io = {.page = 0, .frame = mm_frame_take()};
    enum error error = ERR_DEVICE;

    store->read(store->ctx, &io, 1);
    if (io.done) {
        error = vm_swap_mark_parse(paging_borrow(io.frame), mark);
    }
    mm_frame_give(io.frame);
    return error;
}

static uint64_t frames_for(uint64_t slots)
{
    return (slots + VM_SLOTS_OF_FRAME - 1) / VM_SLOTS_OF_FRAME;
}

// Page 0 has the mark; bad pages are never used.
static void start_slots(struct vm_slots *slots, uint64_t end,
                        const struct vm_swap_mark *mark)
{
    for (uint64_t i = 0; i < frames_for(end); i++) {
        slots->frames[i] = mm_frame_take();
    }
    vm_slots_start(slots, end);
    vm_slots_exclude(slots, 0, false);
    for (uint32_t i = 0; i < mark->bad_count; i++) {
        if (mark->bad[i] < end) {
            vm_slots_exclude(slots, mark->bad[i], false);
        }
    }
}

static uint64_t end_of(const struct vm_store *store,
                       const struct vm_swap_mark *mark)
{
    const uint64_t most = (uint64_t)VM_SLOT_FRAMES_MAX * VM_SLOTS_OF_FRAME;
    uint64_t end = mark->last_page + UINT64_C(1);

    end = end < store->pages ? end : store->pages;
    return end < most ? end : most;
}

enum error vm_swap_on(const struct vm_store *store, uint64_t *frames)
{
    struct vm_swap_mark mark;

    if (vm.swap.store != NULL) {
        return ERR_FULL;
    }
    if (store->read_only || store->pages == 0) {
        return ERR_INVALID;
    }
    const enum error error = read_mark(store, &mark);
    if (error != OK) {
        return error;
    }
    const uint64_t end = end_of(store, &mark);
    *frames = frames_for(end);
    if (!mm_can_reserve(*frames)) {
        return ERR_NO_MEMORY;
    }
    start_slots(&vm.swap.slots, end, &mark);
    vm.swap.store = store;
    return OK;
}

enum error vm_swap_off(void)
{
    const struct vm_slots *slots = &vm.swap.slots;

    if (vm.swap.store == NULL) {
        return ERR_EMPTY;
    }
    if (slots->used > 0) {
        return ERR_FULL;
    }
    for (uint64_t i = 0; i < frames_for(slots->end); i++) {
        mm_frame_give(slots->frames[i]);
    }
    vm.swap = (struct vm_swap){0};
    return OK;
}

struct vm_swap_size vm_swap_size(void)
{
    const struct vm_slots *slots = &vm.swap.slots;

    return (struct vm_swap_size){
        .slots = slots->free + slots->used,
        .used = slots->used,
        .frames = frames_for(slots->end),
    };
}
