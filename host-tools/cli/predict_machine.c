// SPDX-License-Identifier: MIT
// Lines of a console, and the sizes of disks, as a machine of the model.
#include "cli/predict_machine.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PAGE_BYTES UINT64_C(4096)
#define FIRST_FREE (UINT64_C(2) << 20)

static void add_run(struct predict_machine *machine, uint64_t first,
                    uint64_t count)
{
    const size_t length = machine->model.free_run_count;

    if (length == machine->capacity) {
        const size_t capacity = machine->capacity ? 2 * machine->capacity : 16;
        struct model_run *runs = memory_get(capacity * sizeof *runs);

        if (length > 0) {
            memcpy(runs, machine->runs, length * sizeof *runs);
        }
        free(machine->runs);
        machine->runs = runs;
        machine->capacity = capacity;
    }
    machine->runs[length] = (struct model_run){first, count};
    machine->model.free_runs = machine->runs;
    machine->model.free_run_count = length + 1;
}

void predict_machine_of_sizes(const struct predict_sizes *sizes,
                              struct predict_machine *machine)
{
    const uint64_t swap_pages = sizes->swap / PAGE_BYTES;
    const uint64_t frames = (sizes->memory - FIRST_FREE) / PAGE_BYTES;

    *machine = (struct predict_machine){0};
    machine->model.managed = frames;
    machine->model.swap_disk = swap_pages > 1;
    machine->model.swap_marked = swap_pages > 1;
    machine->model.swap_last_page = swap_pages > 1 ? swap_pages - 1 : 0;
    machine->model.file_pages = sizes->file / PAGE_BYTES;
    machine->model.file_disk = machine->model.file_pages > 0;
    machine->model.disks =
        (unsigned)machine->model.swap_disk + (unsigned)machine->model.file_disk;
    add_run(machine, FIRST_FREE / PAGE_BYTES, frames);
}

// The number behind " KEY=" in the line. False: it has none.
static bool value_of(const char *line, const char *key, uint64_t *value)
{
    const char *at = strstr(line, key);

    return at && text_leading_uint64(at + strlen(key), value) == NUMBER_OK;
}

enum console_part {
    BEFORE_START,
    STARTED, // `mm ready`
    IN_RUNS, // between lines of `order frames`
    COMPLETE,
};

// One line; the machine and the part that is known of it grow.
static void take_line(const char *line, enum console_part *part,
                      struct predict_machine *machine)
{
    struct model_machine *model = &machine->model;
    uint64_t value;
    uint64_t count;

    if (strstr(line, "mm ready ") && value_of(line, " total=", &value)) {
        model->managed = value / PAGE_BYTES;
        model->minor_faults = 0;
        model->free_run_count = 0;
        *part = STARTED;
    } else if (*part == BEFORE_START || *part == COMPLETE) {
        return;
    } else if (strstr(line, "order frames runs=")) {
        *part = COMPLETE;
    } else if (value_of(line, "order frames first=", &value) &&
               value_of(line, " count=", &count)) {
        add_run(machine, value, count);
        *part = IN_RUNS;
    } else if (value_of(line, "order disks count=", &value)) {
        model->disks = (unsigned)value;
    } else if (value_of(line, " minor-faults=", &value)) {
        model->minor_faults = value;
    }
}

bool predict_machine_of_console(const char *text,
                                struct predict_machine *machine,
                                struct failure *failure)
{
    enum console_part part = BEFORE_START;

    while (*text) {
        const size_t length = strcspn(text, "\n");
        struct buffer line = {0};

        buffer_add(&line, text, length);
        take_line(buffer_string(&line), &part, machine);
        buffer_free(&line);
        text += length + (text[length] == '\n');
    }
    if (part == COMPLETE) {
        return true;
    }
    return failure_set(failure, CODE_USAGE,
                       "the console has no %s; the orders 'disks frames' of "
                       "the guest print what is needed",
                       part == BEFORE_START ? "line 'mm ready'"
                                            : "lines 'order frames'");
}

void predict_machine_free(struct predict_machine *machine)
{
    free(machine->runs);
    *machine = (struct predict_machine){0};
}
