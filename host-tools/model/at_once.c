// SPDX-License-Identifier: MIT
// The orders that touch nothing: mappings, swap, held memory, settings.
#include "model/orders.h"

#include <inttypes.h>

#include "model/answer.h"
#include "model/held.h"
#include "model/touch.h"

#define PAGE_BYTES UINT64_C(4096)
#define PAGES_MOST (UINT64_C(256) << 30 >> 12) // of a mapping

enum {
    SLOTS_PER_FRAME = 32768
};

static uint64_t pages_for(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static void choose_task(struct model *model, const struct order *order,
                        struct buffer *out)
{
    if (order->number < 1 || order->number > MODEL_TASKS) {
        answer_error(out, order, "no such task", "task=%" PRIu64,
                     order->number);
        return;
    }
    model->task = (unsigned)order->number;
    answer(out, order, "number=%u", model->task);
}

static void map(struct model *model, const struct order *order,
                struct buffer *out)
{
    struct owner *task = &model->tasks[model->task];
    const uint64_t pages = pages_for(order->number);
    const uint64_t tables = tables_lacking(pages, task->tables);

    if (task->pages > 0) {
        answer_error(out, order, "already mapped", "task=%u", model->task);
    } else if (pages > PAGES_MOST) {
        answer_error(out, order, "too large", "task=%u pages=%" PRIu64,
                     model->task, pages);
    } else if (!order_fits(model, tables)) {
        answer_error(out, order, "no memory",
                     "task=%u pages=%" PRIu64 " tables=%" PRIu64, model->task,
                     pages, tables);
    } else {
        for (uint64_t i = 0; i < tables; i++) {
            (void)take_frame(model);
        }
        task->tables += tables;
        task->pages = pages;
        answer(out, order, "task=%u pages=%" PRIu64 " tables=%" PRIu64,
               model->task, pages, tables);
    }
}

static void unmap(struct model *model, const struct order *order,
                  struct buffer *out)
{
    const uint64_t pages = model->tasks[model->task].pages;

    if (pages == 0) {
        answer_error(out, order, "not mapped", "task=%u", model->task);
        return;
    }
    unmap_task(model, model->task);
    answer(out, order, "task=%u pages=%" PRIu64, model->task, pages);
}

static void drop(struct model *model, const struct order *order,
                 struct buffer *out)
{
    const uint64_t pages = model->file.memory.count;
    const struct sorted_entry *page;

    while ((page = sorted_from(&model->file.memory, 0))) {
        leave_memory(model, &model->file, page->key);
    }
    answer(out, order, "pages=%" PRIu64, pages);
}

// All slots but the bad ones are free.
static void open_slots(struct model *model)
{
    const struct model_machine *machine = &model->machine;

    runs_add(&model->slots, 1, machine->swap_last_page);
    for (size_t i = 0; i < machine->bad_page_count; i++) {
        runs_remove(&model->slots, machine->bad_pages[i], 1);
    }
}

static void swap_on(struct model *model, const struct order *order,
                    struct buffer *out)
{
    const struct model_machine *machine = &model->machine;
    const uint64_t frames =
        (machine->swap_last_page + SLOTS_PER_FRAME) / SLOTS_PER_FRAME;
    const uint64_t slots = machine->swap_last_page - machine->bad_page_count;

    if (model->swap_on) {
        answer_refused(out, order, "already on");
    } else if (!machine->swap_disk) {
        answer_refused(out, order, "no writable disk");
    } else if (!machine->swap_marked) {
        answer_refused(out, order, "no swap mark");
    } else if (!order_fits(model, frames)) {
        answer_error(out, order, "no memory", "frames=%" PRIu64, frames);
    } else {
        for (uint64_t i = 0; i < frames; i++) {
            runs_add(&model->swap_frames, take_frame(model), 1);
        }
        open_slots(model);
        model->swap_on = true;
        answer(out, order, "slots=%" PRIu64 " frames=%" PRIu64, slots, frames);
    }
}

static void swap_off(struct model *model, const struct order *order,
                     struct buffer *out)
{
    const uint64_t frames = model->swap_frames.count;

    if (!model->swap_on) {
        answer_refused(out, order, "not on");
        return;
    }
    if (model->out.count > 0) {
        answer_error(out, order, "slots in use", "slots=%" PRIu64,
                     model->out.count);
        return;
    }
    while (model->swap_frames.count > 0) {
        free_frame(model, runs_take_lowest(&model->swap_frames));
    }
    runs_clear(&model->slots);
    model->swap_on = false;
    answer(out, order, "frames=%" PRIu64, frames);
}

static void alloc(struct model *model, const struct order *order,
                  struct buffer *out)
{
    const uint64_t pages = pages_for(order->number);
    const char *reason = NULL;

    if (pages > PAGES_MOST - model->held_pages) {
        reason = "too large";
    } else if (!held_grow(model, pages)) {
        reason = "no memory";
    }
    const uint64_t held = model->held_pages * PAGE_BYTES;

    if (reason) {
        answer_error(out, order, reason, "bytes=%" PRIu64 " held=%" PRIu64,
                     order->number, held);
    } else {
        answer(out, order, "bytes=%" PRIu64 " held=%" PRIu64, order->number,
               held);
    }
}

static void give_back(struct model *model, const struct order *order,
                      struct buffer *out)
{
    const bool all = order->number >= model->held_pages * PAGE_BYTES;
    const uint64_t pages = all ? model->held_pages : pages_for(order->number);

    held_shrink(model, pages);
    answer(out, order, "bytes=%" PRIu64 " held=%" PRIu64, pages * PAGE_BYTES,
           model->held_pages * PAGE_BYTES);
}

static void set_pace(struct model *model, const struct order *order,
                     struct buffer *out)
{
    model->pace = order->number;
    answer(out, order, "touches=%" PRIu64, model->pace);
}

static void show_disks(struct model *model, const struct order *order,
                       struct buffer *out)
{
    answer(out, order, "count=%u frames=0", model->machine.disks);
}

static void show_count(struct model *model, const struct order *order,
                       struct buffer *out)
{
    (void)order;
    model_count_line(model, out);
}

static void show_frames(struct model *model, const struct order *order,
                        struct buffer *out)
{
    (void)order;
    answer_frames(model, out);
}

typedef void at_once_function(struct model *model, const struct order *order,
                              struct buffer *out);

static at_once_function *const functions[ORDER_KINDS] = {
    [ORDER_TASK] = choose_task, [ORDER_MAP] = map,
    [ORDER_UNMAP] = unmap,      [ORDER_DROP] = drop,
    [ORDER_PACE] = set_pace,    [ORDER_DISKS] = show_disks,
    [ORDER_SWAPON] = swap_on,   [ORDER_SWAPOFF] = swap_off,
    [ORDER_ALLOC] = alloc,      [ORDER_FREE] = give_back,
    [ORDER_COUNT] = show_count, [ORDER_FRAMES] = show_frames,
};

bool order_at_once(struct model *model, struct buffer *out)
{
    const struct order *order = &model->running.order;

    if (!functions[order->kind]) {
        return false;
    }
    functions[order->kind](model, order, out);
    return true;
}
