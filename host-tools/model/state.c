// SPDX-License-Identifier: MIT
// The changes of one page, of its frame and of its slot.
#include "model/state.h"

#include <assert.h>

// Beyond the largest mapping, so that no two pages have one place.
#define TASK_PLACES (UINT64_C(1) << 40)

#define TABLE_PAGES UINT64_C(512)

uint64_t page_of(unsigned task, uint64_t page)
{
    return task * TASK_PLACES + page;
}

static struct owner *owner_of(struct model *model, uint64_t page)
{
    return &model->tasks[page / TASK_PLACES];
}

int64_t model_room(const struct model *model)
{
    return (int64_t)model->free.count - (int64_t)model->promised;
}

uint64_t take_frame(struct model *model)
{
    return runs_take_lowest(&model->free);
}

void free_frame(struct model *model, uint64_t frame)
{
    runs_add(&model->free, frame, 1);
}

uint64_t balloon_wants(const struct model *model)
{
    const uint64_t has = model->balloon.count;

    return !model->relieved && model->target > has ? model->target - has : 0;
}

static uint64_t tables_for(uint64_t pages)
{
    uint64_t tables = 0;

    for (unsigned level = 0; level < 3; level++) {
        pages = (pages + TABLE_PAGES - 1) / TABLE_PAGES;
        tables += pages;
    }
    return tables;
}

uint64_t tables_lacking(uint64_t pages, uint64_t present)
{
    const uint64_t tables = tables_for(pages);

    return tables > present ? tables - present : 0;
}

bool disk_access(struct model *model, enum model_access access, uint64_t page)
{
    const uint64_t number = ++model->requests[access];

    for (size_t i = 0; i < model->machine.fault_count; i++) {
        const struct model_fault *fault = &model->machine.faults[i];

        if (fault->access == access &&
            fault->value == (fault->by_number ? number : page)) {
            return false;
        }
    }
    return true;
}

void leave_memory(struct model *model, struct ring *ring, uint64_t page)
{
    free_frame(model, sorted_find(&ring->memory, page)->place);
    sorted_remove(&ring->memory, page);
    if (sorted_find(&ring->resting, page)) {
        sorted_remove(&ring->resting, page);
    }
    if (ring == &model->anonymous) {
        owner_of(model, page)->in_memory--;
    }
}

void enter_memory(struct model *model, struct ring *ring, uint64_t page,
                  uint64_t frame, uint64_t word)
{
    sorted_add(&ring->memory, page, frame, word);
    if (ring == &model->anonymous) {
        owner_of(model, page)->in_memory++;
    }
}

void leave_slot(struct model *model, uint64_t page, bool used_again)
{
    const uint64_t slot = sorted_find(&model->out, page)->place;

    if (used_again) {
        runs_add(&model->slots, slot, 1);
    }
    sorted_remove(&model->out, page);
    owner_of(model, page)->in_slots--;
}

void empty_task(struct model *model, unsigned task)
{
    const uint64_t first = page_of(task, 0);
    const uint64_t end = page_of(task + 1, 0);
    const struct sorted_entry *entry;

    while ((entry = sorted_from(&model->anonymous.memory, first)) &&
           entry->key < end) {
        leave_memory(model, &model->anonymous, entry->key);
    }
    while ((entry = sorted_from(&model->out, first)) && entry->key < end) {
        leave_slot(model, entry->key, true);
    }
}

void unmap_task(struct model *model, unsigned task)
{
    empty_task(model, task);
    model->tasks[task].pages = 0;
}
