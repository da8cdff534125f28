// SPDX-License-Identifier: MIT
// Tasks: named owners of anonymous pages, which the killer needs and no more.
// No processes, no protection. docs/memory.md, "Taking a frame for a touch".
#include "base/log.h"
#include "vm/internal.h"

struct vm_space *vm_task(unsigned number)
{
    return &vm.tasks[number - 1];
}

struct vm_space *vm_file(void)
{
    return &vm.file;
}

uint64_t vm_pages(const struct vm_space *space)
{
    return space->pages;
}

uint64_t *vm_page(const struct vm_space *space, uint64_t page)
{
    return (uint64_t *)vm_page_address(space, page);
}

bool vm_is_empty(const struct vm_space *space, uint64_t page)
{
    return vm_state_of(vm_word(space, page)) == VM_EMPTY;
}

enum error vm_map(struct vm_space *task, uint64_t bytes, uint64_t *tables)
{
    const uint64_t pages = round_up(bytes, PAGE_SIZE) / PAGE_SIZE;

    return pages > VM_SPACE_PAGES_MAX ? ERR_RANGE
                                      : vm_space_grow(task, pages, tables);
}

void vm_unmap(struct vm_space *task)
{
    vm_space_clear(task);
    task->pages = 0;
}

static uint64_t size_of(const struct vm_space *task)
{
    return task->in_memory + task->swapped;
}

// Of several largest tasks, the one with the highest number. If none has a
// page, the task that touches.
static struct vm_space *find_victim(struct vm_space *toucher)
{
    struct vm_space *found = toucher != &vm.file ? toucher : NULL;

    for (unsigned i = 0; i < VM_TASKS; i++) {
        struct vm_space *task = &vm.tasks[i];

        if (size_of(task) > 0 &&
            (found == NULL || size_of(task) >= size_of(found))) {
            found = task;
        }
    }
    return found;
}

bool vm_kill_largest(struct vm_space *toucher)
{
    struct vm_space *victim = find_victim(toucher);

    if (victim == NULL) {
        return false;
    }
    log_line("vm kill task=%u memory=%llu slots=%llu",
             (unsigned)(victim - vm.tasks) + 1,
             (unsigned long long)victim->in_memory,
             (unsigned long long)victim->swapped);
    vm_counters.oom_kills++;
    vm_space_clear(victim);
    if (victim == toucher) {
        vm.ending.why = VM_KILLED; // its touch still needs the mapping
    } else {
        victim->pages = 0;
    }
    return true;
}

bool vm_is_ending(void)
{
    return vm.ending.why != VM_GOES_ON;
}

static void forget_page(uint64_t page)
{
    mm_frame_give(vm_frame_of(vm_word(&vm.file, page)));
    vm_set_word(&vm.file, page, 0);
    paging_flush_tlb();
}

struct vm_ending vm_take_ending(struct vm_space *toucher)
{
    const struct vm_ending ending = vm.ending;

    vm.ending = (struct vm_ending){.why = VM_GOES_ON};
    if (ending.why != VM_GOES_ON && toucher != &vm.file) {
        vm_unmap(toucher);
    } else if (ending.why == VM_LOST &&
               !vm_is_empty(&vm.file, ending.page)) { // not reclaimed since
        forget_page(ending.page);
    }
    return ending;
}
