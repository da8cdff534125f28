// SPDX-License-Identifier: MIT
// Reclaim: pages of the file are dropped, anonymous ones written to the swap
// disk. Second chance by unmapping: a page that the hand passes keeps its frame
// and loses its mapping, so references are counted by faults alone, the same on
// every CPU. docs/memory.md, "Reclaim".
#include "arch/x86_64/paging.h"
#include "vm/internal.h"

struct queued {
    struct vm_space *space;
    uint64_t page;
};

struct call {
    uint64_t goal;
    uint64_t freed;
    uint64_t looks; // left, for this ring
    uint64_t *scans;
    uint64_t *reclaims;
    // Pages to be written together: the disk works on all at once.
    unsigned queued;
    struct queued pages[VM_IO_MAX];
    struct vm_io writes[VM_IO_MAX];
};

// A place of the anonymous ring: task, then page.
#define PLACE_TASK 32

static uint64_t place_of(uint64_t task, uint64_t page)
{
    return task << PLACE_TASK | page;
}

uint64_t vm_anonymous(void)
{
    uint64_t pages = 0;

    for (unsigned i = 0; i < VM_TASKS; i++) {
        pages += vm.tasks[i].in_memory;
    }
    return pages;
}

static void free_frame(struct call *call, paddr frame)
{
    mm_frame_give(frame);
    call->freed++;
    (*call->reclaims)++;
}

// Takes the mapping away; the frame stays. Returns whether there was one.
static bool send_to_rest(struct vm_space *space, uint64_t page, uint64_t word)
{
    const bool mapped = vm_state_of(word) == VM_MAPPED;

    if (mapped) {
        vm_set_word(space, page, vm_resting_word(vm_frame_of(word)));
    }
    return mapped;
}

// --- The file ----------------------------------------------------------------

static bool find_in_file(void *ctx, uint64_t from, uint64_t *place)
{
    (void)ctx;
    *place = vm_next_in_memory(&vm.file, from);
    return *place < vm.file.pages;
}

static void look_at_file(void *ctx, uint64_t place)
{
    struct call *call = ctx;
    const uint64_t word = vm_word(&vm.file, place);

    (*call->scans)++;
    if (!send_to_rest(&vm.file, place, word)) {
        vm_set_word(&vm.file, place, 0);
        free_frame(call, vm_frame_of(word));
    }
}

static void reclaim_file(struct call *call)
{
    const struct vm_ring ring = {call, find_in_file, look_at_file};

    call->looks = 2 * vm.file.in_memory;
    while (call->freed < call->goal && call->looks > 0 &&
           vm_clock_look(&vm.file_clock, &ring)) {
        call->looks--;
    }
}

// --- Anonymous pages ---------------------------------------------------------

static bool find_anonymous(void *ctx, uint64_t from, uint64_t *place)
{
    uint64_t page = from & (place_of(1, 0) - 1);

    (void)ctx;
    for (uint64_t task = from >> PLACE_TASK; task < VM_TASKS; task++) {
        const struct vm_space *space = &vm.tasks[task];

        page = vm_next_in_memory(space, page);
        if (page < space->pages) {
            *place = place_of(task, page);
            return true;
        }
        page = 0;
    }
    return false;
}

static void look_at_anonymous(void *ctx, uint64_t place)
{
    struct call *call = ctx;
    struct vm_space *space = &vm.tasks[place >> PLACE_TASK];
    const uint64_t page = place & (place_of(1, 0) - 1);
    const uint64_t word = vm_word(space, page);

    (*call->scans)++;
    if (!send_to_rest(space, page, word)) {
        const paddr frame = vm_frame_of(word);

        vm_set_word(space, page, vm_queued_word(frame));
        call->pages[call->queued] = (struct queued){space, page};
        call->writes[call->queued] = (struct vm_io){
            .page = vm_slots_take(&vm.swap.slots),
            .frame = frame,
        };
        call->queued++;
    }
}

static void finish_write(struct call *call, const struct queued *at,
                         const struct vm_io *write)
{
    if (write->done) {
        vm_set_word(at->space, at->page, vm_swapped_word(write->page));
        vm_counters.swap_out++;
        free_frame(call, write->frame);
    } else {
        vm_set_word(at->space, at->page, vm_resting_word(write->frame));
        vm_slots_exclude(&vm.swap.slots, write->page, true);
    }
}

static void write_queued(struct call *call)
{
    const struct vm_store *store = vm.swap.store;

    store->write(store->ctx, call->writes, call->queued);
    for (unsigned i = 0; i < call->queued; i++) {
        finish_write(call, &call->pages[i], &call->writes[i]);
    }
    call->queued = 0;
}

static bool may_look(const struct call *call)
{
    return call->freed + call->queued < call->goal &&
           call->queued < VM_IO_MAX && call->looks > 0 &&
           vm.swap.slots.free > 0;
}

static void reclaim_anonymous(struct call *call)
{
    const struct vm_ring ring = {call, find_anonymous, look_at_anonymous};

    call->looks = 2 * vm_anonymous();
    for (;;) {
        if (may_look(call) && vm_clock_look(&vm.anonymous_clock, &ring)) {
            call->looks--;
        } else if (call->queued > 0) {
            write_queued(call);
        } else {
            return;
        }
    }
}

uint64_t vm_reclaim(bool direct, uint64_t goal)
{
    struct call call = {
        .goal = goal,
        .scans = direct ? &vm_counters.direct_scans : &vm_counters.async_scans,
        .reclaims =
            direct ? &vm_counters.direct_reclaims : &vm_counters.async_reclaims,
    };
    const uint64_t scans = *call.scans;

    reclaim_file(&call);
    reclaim_anonymous(&call);
    if (*call.scans != scans) {
        paging_flush_tlb(); // once, before a page can be touched again
    }
    return call.freed;
}
