// SPDX-License-Identifier: MIT
// A frame for a touch when memory is short, and the background that makes this
// rare. docs/memory.md, "Taking a frame for a touch", "The background".
#include "mm/mm.h"
#include "vm/internal.h"

// Frames that a stalled touch reclaims, or asks the balloon for: more than the
// one that it needs, so that the next touches do not stall.
#define STALL_GOAL 32u

struct vm vm = {.given_up_at = UINT64_MAX};

paddr vm_take_frame(struct vm_space *toucher)
{
    while (mm_room() <= MM_MARK_MIN && vm.ending.why == VM_GOES_ON) {
        vm_counters.alloc_stalls++;
        if (vm_reclaim(true, STALL_GOAL) == 0 && mm_deflate(STALL_GOAL) == 0 &&
            !vm_kill_largest(toucher)) {
            vm.ending.why = VM_NO_FRAME;
        }
    }
    return mm_frame_take();
}

bool vm_background_is_due(void)
{
    const uint64_t room = mm_room();

    return (room < MM_MARK_LOW ||
            (room == MM_MARK_LOW && mm_balloon_wants())) &&
           room != vm.given_up_at;
}

// A turn that freed nothing is not repeated until room has changed: an idle
// guest scans nothing.
void vm_background(void)
{
    if (mm_room() != vm.given_up_at) {
        vm.given_up_at = UINT64_MAX;
    }
    while (vm_background_is_due()) {
        const uint64_t freed = vm_reclaim(false, MM_MARK_HIGH - mm_room());

        vm.given_up_at = freed > 0 ? UINT64_MAX : mm_room();
    }
}

// Reclaim for an order that wants many frames at once. What can't be met even
// if every page in memory leaves is not tried.
static void reclaim_for_order(uint64_t missing)
{
    const uint64_t slots = vm.swap.slots.free;
    const uint64_t anonymous = vm_anonymous();

    if (missing <=
        vm.file.in_memory + (anonymous < slots ? anonymous : slots)) {
        vm_counters.alloc_stalls++;
        (void)vm_reclaim(true, missing);
    }
}

void vm_sources_start(const struct mm_sources *driver)
{
    static struct mm_sources sources;

    sources = (struct mm_sources){
        .reclaim = reclaim_for_order,
        .background_is_due = vm_background_is_due,
        .relieve = driver->relieve,
        .deflate = driver->deflate,
    };
    mm_sources_set(&sources);
}

uint64_t vm_available(void)
{
    return mm_available(vm.file.in_memory,
                        vm.swap.store != NULL ? MM_MARK_HIGH : MM_MARK_MIN);
}
