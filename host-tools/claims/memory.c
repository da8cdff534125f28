// SPDX-License-Identifier: MIT
// A machine with its model: the start, moves of the balloon, the end.
#include "claims/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fixture/migrate.h"
#include "fixture/order.h"
#include "fixture/snapshot_disk.h"

enum {
    MEMORY_EXTRA = 8
}; // QEMU's arguments, with the NULL behind them

#define RAM_BYTES (INT64_C(4096) * MEMORY_PAGES)

// --- The start ---------------------------------------------------------------

static struct model *new_model(const struct memory *memory)
{
    const struct memory_wish *wish = &memory->wish;
    const struct fixture_disks none = {0};
    const struct fixture_disks *disks = wish->disks ? wish->disks : &none;
    const struct frame_runs *frames = &memory->frames;
    struct model_run *runs = memory_get((frames->count + 1) * sizeof *runs);

    for (size_t i = 0; i < frames->count; i++) {
        runs[i] =
            (struct model_run){frames->runs[i].first, frames->runs[i].count};
    }
    struct model *model = model_new(&(struct model_machine){
        .managed = memory->managed,
        .free_runs = runs,
        .free_run_count = frames->count,
        .disks = memory->disks,
        .swap_disk = disks->swap_pages > 0,
        .swap_marked = !disks->unmarked,
        .swap_last_page = disks->swap_pages ? disks->swap_pages - 1 : 0,
        .bad_pages = disks->bad,
        .bad_page_count = disks->bad_count,
        .file_disk = disks->file_pages > 0,
        .file_pages = disks->file_pages,
        .deflate_on_oom = wish->deflate_on_oom,
        .faults = wish->faults,
        .fault_count = wish->fault_count,
    });
    free(runs);
    return model;
}

static bool read_managed(struct memory *memory)
{
    const struct truth *first = fixture_truth(memory->vm);
    const struct truth_entry *total = truth_find(first, "total-memory");

    memory->managed = total ? total->value / MEMORY_PAGE : 0;
    memory->seq = first->seq;
    return total || fixture_fail(fixture_of(memory->vm),
                                 "the guest's line has no total-memory");
}

void memory_forget(struct memory *memory)
{
    model_end(memory->model);
    free(memory->frames.runs);
    buffer_free(&memory->history);
    memory->model = NULL;
    memory->frames = (struct frame_runs){.runs = NULL};
    memory->history = (struct buffer){0};
}

// The disks take memory once; the model begins behind that.
static bool begin(struct memory *memory)
{
    struct answer answer;
    uint64_t disks = 0;

    memory_forget(memory);
    if (!fixture_await_sample(memory->vm, 1) || !read_managed(memory) ||
        !fixture_order(memory->vm, "disks", &answer) ||
        !fixture_answer_number(memory->vm, &answer, "count", &disks) ||
        !fixture_answer_number(memory->vm, &answer, "frames",
                               &memory->disk_frames) ||
        !fixture_frames(memory->vm, &memory->frames)) {
        return false;
    }
    memory->disks = (unsigned)disks;
    memory->orders = 2;
    memory->target = 0;
    memory->floor_target = 0;
    memory->different = 0;
    memory->model = new_model(memory);
    return true;
}

static struct fixture_vm *boot(struct fixture *fixture,
                               const struct memory_wish *wish, bool incoming)
{
    static char append[96]; // the fixture keeps the pointer
    const char *extra[MEMORY_EXTRA] = {NULL};
    size_t count = 0;

    for (; wish->extra && wish->extra[count]; count++) {
        assert(count + 3 < MEMORY_EXTRA);
        extra[count] = wish->extra[count];
    }
    if (incoming) {
        extra[count] = "-incoming";
        extra[count + 1] = "defer";
    }
    text_format(append, sizeof append, "touch=0 %s",
                wish->behave ? wish->behave : "");
    return fixture_boot(fixture,
                        &(struct fixture_machine){
                            .append = append,
                            .property = wish->property,
                            .extra = extra,
                            .memory = "16M",
                            .disks = wish->disks,
                            .orders = true,
                            .quiet = true, // a disk's thousand requests
                        });
}

bool memory_boot(struct fixture *fixture, const struct memory_wish *wish,
                 struct memory *memory)
{
    memory->wish = *wish;
    memory->vm = boot(fixture, wish, false);
    return memory->vm && begin(memory);
}

bool memory_reset(struct memory *memory)
{
    struct fixture_vm *vm = memory->vm;

    // QEMU keeps the target for the next guest.
    return fixture_qmp(vm, "balloon", "{\"value\": 16777216}", NULL) &&
           fixture_reset(vm) && begin(memory);
}

static void tell_again(struct model *model, const char *word)
{
    struct buffer unused = {0};
    uint64_t pages = 0;

    if (strncmp(word, "balloon=", 8) == 0) {
        (void)text_to_uint64(word + 8, &pages);
        (void)model_balloon(model, pages);
    } else if (!model_order(model, word, &unused)) {
        abort(); // it was an order the first time
    }
    buffer_free(&unused);
}

struct model *memory_copy_model(const struct memory *memory)
{
    struct model *model = new_model(memory);
    char *words = memory_text(buffer_string(&memory->history));
    char *rest = words;
    char *word;

    while ((word = strsep(&rest, " "))) {
        if (*word) {
            tell_again(model, word);
        }
    }
    free(words);
    return model;
}

// --- Snapshots and migration -------------------------------------------------

bool memory_save(struct memory *memory, struct memory_snapshot *snapshot)
{
    *snapshot = (struct memory_snapshot){
        .model = memory_copy_model(memory),
        .history = memory_text(buffer_string(&memory->history)),
        .seq = memory->seq,
        .target = memory->target,
    };
    return snapshot_disk_make(memory->vm) && fixture_stop(memory->vm) &&
           fixture_keep_swap(fixture_of(memory->vm)) &&
           snapshot_disk_save(memory->vm) && fixture_cont(memory->vm);
}

bool memory_load(struct memory *memory, struct memory_snapshot *snapshot)
{
    model_end(memory->model);
    memory->model = snapshot->model;
    buffer_drop(&memory->history, memory->history.length);
    buffer_text(&memory->history, snapshot->history);
    free(snapshot->history);
    memory->seq = snapshot->seq;
    memory->target = snapshot->target;
    *snapshot = (struct memory_snapshot){.model = NULL};
    return fixture_stop(memory->vm) && snapshot_disk_load(memory->vm) &&
           fixture_restore_swap(fixture_of(memory->vm)) &&
           fixture_cont(memory->vm);
}

bool memory_save_stream(struct memory *memory, const char *text)
{
    return migrate_out_behind(memory->vm, text) && fixture_cont(memory->vm);
}

bool memory_migrate(struct memory *memory)
{
    struct fixture *fixture = fixture_of(memory->vm);

    if (!fixture_stop(memory->vm) || !migrate_out(memory->vm)) {
        return false;
    }
    memory->vm = boot(fixture, &memory->wish, true);
    return memory->vm && migrate_in(memory->vm) && fixture_cont(memory->vm);
}

// --- The balloon -------------------------------------------------------------

static bool set_target(struct fixture_vm *vm, uint64_t pages)
{
    struct json_object *arguments = json_object_new_object();

    json_object_object_add(
        arguments, "value",
        json_object_new_int64(RAM_BYTES - (int64_t)pages * MEMORY_PAGE));
    return fixture_qmp_with(vm, "balloon", arguments, NULL);
}

// *reached gets the pages that are in the balloon then.
static bool move_balloon(struct memory *memory, uint64_t pages,
                         uint64_t *reached)
{
    char line[80];

    buffer_format(&memory->history, " balloon=%" PRIu64, pages);
    *reached = model_balloon(memory->model, pages);
    if (*reached == pages) {
        text_format(line, sizeof line, "balloon reached actual=%" PRIu64,
                    pages);
    } else {
        // The guest says the same only once.
        pages += pages == memory->floor_target;
        memory->floor_target = pages;
        text_format(line, sizeof line,
                    "balloon floor actual=%" PRIu64 " target=%" PRIu64,
                    *reached, pages);
    }
    memory->target = pages;
    return set_target(memory->vm, pages) &&
           fixture_await_line(memory->vm, line);
}

bool memory_balloon(struct memory *memory, uint64_t pages)
{
    uint64_t reached = pages;

    if (pages == memory->target) {
        return true; // no news for the driver
    }
    return move_balloon(memory, pages, &reached) &&
           (reached == pages || move_balloon(memory, reached, &reached));
}
