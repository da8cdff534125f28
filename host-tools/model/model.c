// SPDX-License-Identifier: MIT
// A model from its machine to its end, and an order from its word to its
// answer: step, background, balloon, step, as in the guest's main loop.
#include "model/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_content.h"
#include "model/balloon.h"
#include "model/orders.h"
#include "model/state.h"

enum {
    BOOT_PACE = 32
};

static uint64_t default_file_word(void *context, uint64_t page)
{
    (void)context;
    return file_content_word(page, 0);
}

static void *copy_of(const void *from, size_t count, size_t size)
{
    void *copy = memory_get(count * size + 1);

    if (count > 0) {
        memcpy(copy, from, count * size);
    }
    return copy;
}

struct model *model_new(const struct model_machine *machine)
{
    struct model *model = memory_get(sizeof *model);

    model->machine = *machine;
    model->machine.free_runs = NULL;
    model->machine.bad_pages =
        copy_of(machine->bad_pages, machine->bad_page_count,
                sizeof *machine->bad_pages);
    model->machine.faults =
        copy_of(machine->faults, machine->fault_count, sizeof *machine->faults);
    if (!machine->file_word) {
        model->machine.file_word = default_file_word;
    }
    for (size_t i = 0; i < machine->free_run_count; i++) {
        runs_add(&model->free, machine->free_runs[i].first,
                 machine->free_runs[i].count);
    }
    model->held_tables = machine->held_tables;
    model->counted[MODEL_MINOR_FAULTS] = machine->minor_faults;
    model->pace = machine->pace ? machine->pace : BOOT_PACE;
    model->task = 1;
    return model;
}

void model_end(struct model *model)
{
    if (!model) {
        return;
    }
    free((void *)(uintptr_t)model->machine.bad_pages);
    free((void *)(uintptr_t)model->machine.faults);
    runs_clear(&model->free);
    runs_clear(&model->balloon);
    runs_clear(&model->slots);
    runs_clear(&model->swap_frames);
    sorted_clear(&model->anonymous.memory);
    sorted_clear(&model->anonymous.resting);
    sorted_clear(&model->out);
    sorted_clear(&model->file.memory);
    sorted_clear(&model->file.resting);
    sorted_clear(&model->held);
    sorted_clear(&model->pool);
    free(model);
}

bool model_is_order(const char *word)
{
    struct order order;

    return order_read(word, &order);
}

bool model_begin(struct model *model, const char *word)
{
    struct order order;

    assert(!model->running.open);
    if (!order_read(word, &order)) {
        return false;
    }
    model->number++;
    model->running = (struct running){.order = order, .open = true};
    return true;
}

static void step(struct model *model, struct buffer *answer)
{
    order_step(model, answer);
    settle(model);
}

bool model_until(struct model *model, uint64_t done, struct buffer *answer)
{
    while (model->running.open && model->running.done < done) {
        step(model, answer);
    }
    return model->running.open && model->running.done == done;
}

void model_finish(struct model *model, struct buffer *answer)
{
    while (model->running.open) {
        step(model, answer);
    }
}

bool model_order(struct model *model, const char *word, struct buffer *answer)
{
    if (!model_begin(model, word)) {
        return false;
    }
    model_finish(model, answer);
    return true;
}

uint64_t model_order_number(const struct model *model)
{
    return model->number;
}

bool model_order_is_open(const struct model *model)
{
    return model->running.open;
}

uint64_t model_order_done(const struct model *model)
{
    return model->running.done;
}

bool model_frames_known(const struct model *model)
{
    return !model->frames_unknown;
}

size_t model_free_runs(const struct model *model, struct model_run *runs,
                       size_t size)
{
    const struct sorted_entry *run = sorted_from(&model->free.list, 0);
    size_t count = 0;

    for (; run; run = sorted_from(&model->free.list, run->key + 1)) {
        if (count < size) {
            runs[count] = (struct model_run){run->key, run->place};
        }
        count++;
    }
    return count;
}
