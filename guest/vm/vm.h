// SPDX-License-Identifier: MIT
// Virtual memory: tasks and a file with pages, which are read, evicted and
// written as memory gets short. mm gives frames, vm decides which page has one.
// docs/memory.md has the rules. Quantities are in pages, unless a name says
// bytes. One CPU; normal context, interrupts off, except that the page fault
// handler waits for a disk with interrupts on.
#ifndef VM_VM_H
#define VM_VM_H

#include "base/error.h"
#include "base/types.h"
#include "mm/room.h"
#include "vm/store.h"

struct vm_space;

#define VM_TASKS 8u

// Installs the page fault handler, which serves mm's areas too, and reclaim as
// mm's source of frames. The last two of `driver` are the balloon driver's.
void vm_start(const struct mm_sources *driver);

// The task, from 1 on; the file.
struct vm_space *vm_task(unsigned number);
struct vm_space *vm_file(void);

uint64_t vm_pages(const struct vm_space *space);

// Where a page may be touched. A touch can stall, read a disk, kill a task, and
// end the toucher: see vm_take_ending.
uint64_t *vm_page(const struct vm_space *space, uint64_t page);
bool vm_is_empty(const struct vm_space *space, uint64_t page);

// Address space for the task, which has none. *tables: page tables made.
// ERR_RANGE: above 256 GiB. ERR_NO_MEMORY: no frames for its tables.
MUST_USE enum error vm_map(struct vm_space *task, uint64_t bytes,
                           uint64_t *tables);
void vm_unmap(struct vm_space *task);

// Why the order that touched must end after its last touch.
enum vm_end {
    VM_GOES_ON = 0,
    VM_KILLED,   // the task was killed: it has no pages any more
    VM_LOST,     // the touched page could not be read
    VM_NO_FRAME, // no task could be killed for the file's page
};
struct vm_ending {
    enum vm_end why;
    uint64_t page; // that was touched; not of VM_KILLED
};

// Whether the step must end.
bool vm_is_ending(void);

// Ends the toucher: a task's mapping is gone, a lost page of the file is EMPTY.
// VM_GOES_ON: nothing is to be ended.
struct vm_ending vm_take_ending(struct vm_space *toucher);

// Swap, on a disk with mkswap's mark. Errors: no mark (ERR_INVALID), the disk
// can't be read (ERR_DEVICE), no frames for the slots (ERR_NO_MEMORY), swap is
// on already (ERR_FULL). Without the mark nothing is ever written to the disk.
// *frames: for the slots' bits, if it came to these.
MUST_USE enum error vm_swap_on(const struct vm_store *store, uint64_t *frames);
// ERR_EMPTY: swap is off. ERR_FULL: slots are in use.
MUST_USE enum error vm_swap_off(void);
// Slots that can be used or are; slots in use; frames for their bits.
struct vm_swap_size {
    uint64_t slots;
    uint64_t used;
    uint64_t frames;
};
struct vm_swap_size vm_swap_size(void);

// The file: a whole disk, read-only. Set once.
void vm_file_set(const struct vm_store *store);
// Pages of the disk; 0: there is none.
uint64_t vm_file_pages(void);
// Those in memory: the cache.
uint64_t vm_caches(void);
// Pages below `end`, and the rest of its group, may be touched. *tables: page
// tables that it lacked. ERR_NO_MEMORY: no frames for these.
MUST_USE enum error vm_file_grow(uint64_t end, uint64_t *tables);
// All pages are EMPTY. Returns how many were in memory.
uint64_t vm_file_drop(void);

// The pool of huge pages, of 512 frames each: grows or shrinks by one block.
// ERR_NO_MEMORY: no block, or no room. ERR_DEVICE: the block that goes has not
// the contents that were written to it.
uint64_t vm_pool_blocks(void);
MUST_USE enum error vm_pool_grow(void);
MUST_USE enum error vm_pool_shrink(void);

// The background: reclaims while it is due.
bool vm_background_is_due(void);
void vm_background(void);

// Bytes that held memory can grow by, without a swap-out.
uint64_t vm_available(void);

#endif
