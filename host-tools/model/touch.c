// SPDX-License-Identifier: MIT
// Touches, in the order of the rules: the frame, then the page's state.
#include "model/touch.h"

#include "model/balloon.h"
#include "model/reclaim.h"

enum {
    DIRECT_GOAL = 32, // of a touch
    RELIEF = 32,      // pages of the balloon for a touch
    NO_TASK = 0,
};

static uint64_t at_most(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// The task with the most pages; NO_TASK: none has any.
static unsigned largest_task(const struct model *model)
{
    unsigned largest = NO_TASK;
    uint64_t most = 1;

    for (unsigned task = 1; task <= MODEL_TASKS; task++) {
        const struct owner *owner = &model->tasks[task];

        if (owner->in_memory + owner->in_slots >= most) {
            most = owner->in_memory + owner->in_slots;
            largest = task;
        }
    }
    return largest;
}

// Steps 2 to 4 for a touch by a task, or by none. False: room does not matter
// any more, and the touch is the last.
static bool make_room(struct model *model, unsigned task)
{
    model->counted[MODEL_ALLOC_STALLS]++;
    if (reclaim(model, DIRECT_GOAL, true) > 0) {
        return true;
    }
    if (model->machine.deflate_on_oom && model->balloon.count > 0) {
        relieve(model, at_most(RELIEF, model->balloon.count));
        return true;
    }
    const unsigned largest = largest_task(model);
    const unsigned victim = largest != NO_TASK ? largest : task;

    if (victim == NO_TASK) {
        return false;
    }
    model->counted[MODEL_OOM_KILLS]++;
    empty_task(model, victim);
    if (victim == task) {
        return false;
    }
    unmap_task(model, victim);
    return true;
}

static uint64_t frame_for_touch(struct model *model, unsigned task,
                                enum ending *ending)
{
    while (model_room(model) <= MARK_MIN) {
        if (!make_room(model, task)) {
            *ending = ENDING_NO_MEMORY;
            break;
        }
    }
    return take_frame(model);
}

// Whether the page is in memory; if so, it is mapped now.
static bool is_in_memory(struct model *model, struct ring *ring, uint64_t page)
{
    if (!sorted_find(&ring->memory, page)) {
        return false;
    }
    if (sorted_find(&ring->resting, page)) {
        sorted_remove(&ring->resting, page);
        model->counted[MODEL_MINOR_FAULTS]++;
    }
    return true;
}

// Reads a page of a slot; word 0 of a page that is lost is 0.
static uint64_t swap_in(struct model *model, uint64_t page, enum ending *ending)
{
    const struct sorted_entry *out = sorted_find(&model->out, page);
    const uint64_t word = out->word;
    const bool read = disk_access(model, MODEL_SWAP_READ, out->place);

    leave_slot(model, page, read);
    if (!read) {
        *ending = ENDING_LOST;
        return 0;
    }
    model->counted[MODEL_MAJOR_FAULTS]++;
    model->counted[MODEL_SWAP_IN]++;
    return word;
}

uint64_t touch_anonymous(struct model *model, unsigned task, uint64_t page,
                         enum ending *ending)
{
    const uint64_t place = page_of(task, page);
    struct ring *ring = &model->anonymous;
    uint64_t word = 0;

    if (is_in_memory(model, ring, place)) {
        return sorted_find(&ring->memory, place)->word;
    }
    const uint64_t frame = frame_for_touch(model, task, ending);

    if (sorted_find(&model->out, place)) {
        word = swap_in(model, place, ending);
    } else {
        model->counted[MODEL_MINOR_FAULTS]++;
    }
    enter_memory(model, ring, place, frame, word);
    return word;
}

void write_word(struct model *model, unsigned task, uint64_t page,
                uint64_t word)
{
    sorted_find(&model->anonymous.memory, page_of(task, page))->word = word;
}

static uint64_t file_word(const struct model *model, uint64_t page)
{
    return model->machine.file_word(model->machine.file_context, page);
}

// The frames of the group's other pages; returns which ones got a frame, a bit
// each.
static unsigned enter_group(struct model *model, uint64_t first)
{
    unsigned entered = 0;

    for (unsigned i = 0; i < GROUP; i++) {
        const uint64_t page = first + i;

        if (page < model->machine.file_pages && model_room(model) > MARK_MIN &&
            !sorted_find(&model->file.memory, page)) {
            enter_memory(model, &model->file, page, take_frame(model),
                         file_word(model, page));
            sorted_add(&model->file.resting, page, 0, 0);
            entered |= 1u << i;
        }
    }
    return entered;
}

// Reads the touched page and the others of its group. A page of these that
// can't be read is EMPTY again; the touched one is until the next step a frame
// of zeros.
static void read_group(struct model *model, uint64_t page, unsigned entered,
                       enum ending *ending)
{
    const uint64_t first = page / GROUP * GROUP;

    if (disk_access(model, MODEL_FILE_READ, page)) {
        model->counted[MODEL_MAJOR_FAULTS]++;
    } else {
        *ending = ENDING_LOST;
        sorted_find(&model->file.memory, page)->word = 0;
    }
    for (unsigned i = 0; i < GROUP; i++) {
        if (entered >> i & 1 &&
            !disk_access(model, MODEL_FILE_READ, first + i)) {
            leave_memory(model, &model->file, first + i);
        }
    }
}

uint64_t touch_file(struct model *model, uint64_t page, enum ending *ending)
{
    struct ring *ring = &model->file;

    if (!is_in_memory(model, ring, page)) {
        const uint64_t frame = frame_for_touch(model, NO_TASK, ending);

        enter_memory(model, ring, page, frame, file_word(model, page));
        read_group(model, page, enter_group(model, page / GROUP * GROUP),
                   ending);
    }
    return sorted_find(&ring->memory, page)->word;
}

// What a call of reclaim can free at most.
static uint64_t reclaimable(const struct model *model)
{
    return model->file.memory.count +
           at_most(model->anonymous.memory.count, model->slots.count);
}

bool order_fits(struct model *model, uint64_t frames)
{
    const uint64_t wanted =
        model->machine.deflate_on_oom ? 0 : balloon_wants(model);
    const int64_t needed = (int64_t)(MARK_MIN + frames + wanted);

    if (frames == 0 || model_room(model) >= needed) {
        return true;
    }
    uint64_t missing = (uint64_t)(needed - model_room(model));

    if (missing <= reclaimable(model)) {
        model->counted[MODEL_ALLOC_STALLS]++;
        (void)reclaim(model, missing, true);
    }
    if (model_room(model) >= needed) {
        return true;
    }
    missing = (uint64_t)(needed - model_room(model));
    if (!model->machine.deflate_on_oom || model->balloon.count < missing) {
        return false;
    }
    relieve(model, missing);
    return true;
}
