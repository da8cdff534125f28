// SPDX-License-Identifier: MIT
// The guest's memory management (guest/vm, guest/mm) in 16 MiB of fake RAM,
// with two disks, a balloon, and the orders that touch memory. No type of the
// guest appears here: tests of the host's side include this header too.
// docs/memory.md.
#ifndef FAKES_VM_RIG_H
#define FAKES_VM_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VM_RIG_FRAMES 4096u

struct vm_rig_run {
    uint64_t first;
    uint64_t count;
};

// With all bits zero: frames 256 to 4095 are managed, no disk, no feature.
struct vm_rig_setup {
    const struct vm_rig_run *runs; // managed frames, free at the start
    unsigned run_count;
    bool deflate_on_oom;
    uint64_t swap_pages;     // of the writable disk; 0: none
    uint32_t swap_last_page; // by its mark; 0: no mark
    const uint32_t *bad;
    uint32_t bad_count;
    uint64_t file_pages; // of the read-only disk; 0: none
    uint64_t seed;       // for the sizes of the balloon's batches; 0: large
};

void vm_rig_start(const struct vm_rig_setup *setup);
void vm_rig_end(void);

// Checks that each frame has one owner, and that counts and words agree.
void vm_rig_audit(void);

// --- Disks -------------------------------------------------------------------

enum vm_rig_access {
    VM_RIG_SWAP_READ,
    VM_RIG_SWAP_WRITE,
    VM_RIG_FILE_READ,
    VM_RIG_ACCESSES
};

// Each request for this page fails, or the one with this number, from 1 on.
void vm_rig_fail(enum vm_rig_access access, bool by_number, uint64_t value);

// --- The balloon -------------------------------------------------------------

// Moves the balloon to the target, as far as the rules allow. Returns its
// pages.
uint64_t vm_rig_balloon(uint64_t target);
uint64_t vm_rig_ballooned(void);

// Behind a step: the background and the balloon, until neither is due.
void vm_rig_settle(void);

// --- Orders ------------------------------------------------------------------

enum vm_rig_order_kind {
    VM_RIG_TASK,
    VM_RIG_MAP, // bytes
    VM_RIG_UNMAP,
    VM_RIG_WRITE,
    VM_RIG_READ,
    VM_RIG_WALK,
    VM_RIG_LOAD,
    VM_RIG_DROP,
    VM_RIG_HUGE,
    VM_RIG_PACE,
    VM_RIG_SWAPON,
    VM_RIG_SWAPOFF,
    VM_RIG_ALLOC, // bytes
    VM_RIG_FREE,  // bytes
    VM_RIG_FILL,
    VM_RIG_VERIFY,
    VM_RIG_ORDERS
};

struct vm_rig_order {
    enum vm_rig_order_kind kind;
    uint64_t number;
    uint64_t page;
    uint64_t seed;
};

// Begins an order, and does a step of it with what follows a step. False: the
// order is answered.
void vm_rig_begin(const struct vm_rig_order *order);
bool vm_rig_step(void);
uint64_t vm_rig_done(void); // touches or blocks so far

// The same in one, to the answer.
const char *vm_rig_order(enum vm_rig_order_kind kind, uint64_t number);
const char *vm_rig_order_at(enum vm_rig_order_kind kind, uint64_t number,
                            uint64_t page, uint64_t seed);

// The answer of the newest order, without "\n"; "" while it has none.
const char *vm_rig_answer(void);

// --- Numbers -----------------------------------------------------------------

#define VM_RIG_NUMBERS 16u

// In the order of the tags, in the units of the statistics.
void vm_rig_numbers(uint64_t numbers[VM_RIG_NUMBERS]);

uint64_t vm_rig_room(void);

// The free frames, ascending; adjacent runs are one. Returns their number, and
// writes at most `size` of them.
size_t vm_rig_free_runs(struct vm_rig_run *runs, size_t size);

#endif
