// SPDX-License-Identifier: MIT
// One call of reclaim: the file's ring, then the anonymous one in batches.
#include "model/reclaim.h"

enum {
    BATCH = 16
};

struct queued {
    uint64_t page;
    uint64_t frame;
    uint64_t word;
    uint64_t slot;
};

struct call {
    uint64_t goal;
    uint64_t looks; // made so far
    uint64_t freed;
    struct queued batch[BATCH];
    unsigned queued;
};

// The page that the hand looks at. The ring must not be empty.
static struct sorted_entry *look(struct ring *ring, struct call *call)
{
    struct sorted_entry *page = sorted_from(&ring->memory, ring->hand);

    if (!page) {
        page = sorted_from(&ring->memory, 0);
    }
    ring->hand = page->key + 1;
    call->looks++;
    return page;
}

// A page that was mapped rests from now on.
static bool is_rested(struct ring *ring, uint64_t page)
{
    if (sorted_find(&ring->resting, page)) {
        return true;
    }
    sorted_add(&ring->resting, page, 0, 0);
    return false;
}

static void reclaim_file(struct model *model, struct call *call)
{
    struct ring *ring = &model->file;
    const uint64_t most = call->looks + 2 * ring->memory.count;

    while (call->freed < call->goal && call->looks < most &&
           ring->memory.count > 0) {
        const uint64_t page = look(ring, call)->key;

        if (is_rested(ring, page)) {
            leave_memory(model, ring, page);
            call->freed++;
        }
    }
}

// Takes the page out of the ring; its frame stays in use until it is written.
static void queue(struct model *model, struct call *call, uint64_t page)
{
    struct ring *ring = &model->anonymous;
    const struct sorted_entry *entry = sorted_find(&ring->memory, page);

    call->batch[call->queued++] = (struct queued){
        page, entry->place, entry->word, runs_take_lowest(&model->slots)};
    sorted_remove(&ring->memory, page);
    sorted_remove(&ring->resting, page);
}

static void write_one(struct model *model, struct call *call,
                      const struct queued *one)
{
    struct ring *ring = &model->anonymous;
    struct owner *task = &model->tasks[one->page / page_of(1, 0)];

    if (!disk_access(model, MODEL_SWAP_WRITE, one->slot)) {
        sorted_add(&ring->memory, one->page, one->frame, one->word);
        sorted_add(&ring->resting, one->page, 0, 0);
        return;
    }
    sorted_add(&model->out, one->page, one->slot, one->word);
    task->in_memory--;
    task->in_slots++;
    free_frame(model, one->frame);
    model->counted[MODEL_SWAP_OUT]++;
    call->freed++;
}

static void fill_batch(struct model *model, struct call *call, uint64_t most)
{
    struct ring *ring = &model->anonymous;

    call->queued = 0;
    while (call->queued < BATCH && call->freed + call->queued < call->goal &&
           call->looks < most && ring->memory.count > 0 &&
           model->slots.count > 0) {
        const uint64_t page = look(ring, call)->key;

        if (is_rested(ring, page)) {
            queue(model, call, page);
        }
    }
}

static void reclaim_anonymous(struct model *model, struct call *call)
{
    const uint64_t most = call->looks + 2 * model->anonymous.memory.count;

    do {
        fill_batch(model, call, most);
        for (unsigned i = 0; i < call->queued; i++) {
            write_one(model, call, &call->batch[i]);
        }
    } while (call->queued > 0);
}

uint64_t reclaim(struct model *model, uint64_t goal, bool direct)
{
    struct call call = {.goal = goal};

    reclaim_file(model, &call);
    reclaim_anonymous(model, &call);
    model->counted[direct ? MODEL_DIRECT_SCANS : MODEL_ASYNC_SCANS] +=
        call.looks;
    model->counted[direct ? MODEL_DIRECT_RECLAIMS : MODEL_ASYNC_RECLAIMS] +=
        call.freed;
    return call.freed;
}

static bool is_due(struct model *model)
{
    const int64_t room = model_room(model);

    if (model->gave_up && model->gave_up_room == room) {
        return false;
    }
    model->gave_up = false;
    return room < MARK_LOW || (room == MARK_LOW && balloon_wants(model) > 0);
}

void background(struct model *model)
{
    while (is_due(model)) {
        const uint64_t goal = (uint64_t)(MARK_HIGH - model_room(model));

        if (reclaim(model, goal, false) == 0) {
            model->gave_up = true;
            model->gave_up_room = model_room(model);
        }
    }
}
