// SPDX-License-Identifier: MIT
// `aerostat predict SCRIPT`: what the guest will answer, and its sixteen
// statistics, from the model.
// Limits: starts no QEMU and reads no device; the balloon is empty. A script
// of at most 16 MiB.
#include "cli/command.h"

#include <string.h>

#include <json-c/json.h>

#include "base/output.h"
#include "base/text.h"
#include "base/units.h"
#include "cli/conflicts.h"
#include "cli/predict_machine.h"
#include "cli/script.h"
#include "cli/show.h"
#include "cli/text_file.h"
#include "model/model.h"

static const struct option options[] = {
    {"console", "FILE", "what a guest said: its frames, faults and disks"},
    {"memory", "SIZE", "RAM of the machine (default 256M)"},
    {"swap", "SIZE", "of the disk for swap, 0: none (default 32M)"},
    {"file", "SIZE", "of the read-only disk, 0: none (default 8M)"},
    {"deflate-on-oom", NULL, "the driver has agreed on DEFLATE_ON_OOM"},
    {"json", NULL, "one JSON object an order"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat predict work.txt",
    "aerostat predict --console console.log work.txt",
    "aerostat predict - <<<'swapon map=400M write=70000 read=100'",
    NULL,
};

enum {
    SIZE_LEAST = 8 << 20 // of RAM: 2 MiB, and some to work with
};

// --- The machine -------------------------------------------------------------

static bool read_size(const struct parsed *parsed, const char *name,
                      uint64_t otherwise, uint64_t *bytes,
                      struct failure *failure)
{
    const char *text = options_value(options, parsed, name);
    struct units_size size = {.bytes = otherwise};
    const enum units_result result = text ? units_size(text, &size) : UNITS_OK;
    char shown[64];

    if (result != UNITS_OK || size.bytes > UINT64_C(1) << 44) {
        text_escape(shown, sizeof shown, text, strlen(text));
        return failure_set(failure, CODE_USAGE, "--%s '%s' %s", name, shown,
                           result == UNITS_OK ? "is more than 16 TiB"
                                              : units_reason(result));
    }
    *bytes = size.bytes;
    return true;
}

static bool read_machine(const struct parsed *parsed,
                         struct predict_machine *machine, uint64_t *ram,
                         struct failure *failure)
{
    const char *console = options_value(options, parsed, "console");
    struct predict_sizes sizes = {0};

    if (!read_size(parsed, "memory", UINT64_C(256) << 20, &sizes.memory,
                   failure) ||
        !read_size(parsed, "swap", UINT64_C(32) << 20, &sizes.swap, failure) ||
        !read_size(parsed, "file", UINT64_C(8) << 20, &sizes.file, failure)) {
        return false;
    }
    if (sizes.memory < SIZE_LEAST) {
        return failure_set(failure, CODE_USAGE,
                           "--memory must be at least 8 MiB");
    }
    *ram = sizes.memory;
    predict_machine_of_sizes(&sizes, machine);
    machine->model.deflate_on_oom =
        options_value(options, parsed, "deflate-on-oom") != NULL;
    if (!console) {
        return true;
    }
    struct buffer text = {0};
    const bool ok =
        text_file_read(console, &text, failure) &&
        predict_machine_of_console(buffer_string(&text), machine, failure);

    buffer_free(&text);
    return ok;
}

// --- Output ------------------------------------------------------------------

static bool is_count(const char *word)
{
    return strcmp(word, "count") == 0;
}

// A size has the line of the guest's balloon for an answer.
static void do_word(struct model *model, uint64_t ram, const char *word,
                    struct buffer *answer)
{
    uint64_t size;

    if (script_is_size(word, &size)) {
        const uint64_t target = script_balloon(ram, size);
        const uint64_t reached = model_balloon(model, target);

        buffer_format(answer, "balloon %s actual=%llu\n",
                      reached == target ? "reached" : "floor",
                      (unsigned long long)reached);
    } else {
        (void)!model_order(model, word, answer);
    }
}

static void show_text(struct model *model, uint64_t ram,
                      const struct script *script, size_t i)
{
    struct buffer answer = {0};

    do_word(model, ram, script->words[i].text, &answer);
    if (!is_count(script->words[i].text) &&
        (i + 1 == script->count || !is_count(script->words[i + 1].text))) {
        model_count_line(model, &answer);
    }
    output("%s", buffer_string(&answer));
    buffer_free(&answer);
}

static struct json_object *lines_of(const struct buffer *text)
{
    struct json_object *array = json_object_new_array();
    const char *line = buffer_string(text);

    while (*line) {
        const size_t length = strcspn(line, "\n");

        json_object_array_add(array,
                              json_object_new_string_len(line, (int)length));
        line += length + 1;
    }
    return array;
}

static void show_json(struct model *model, uint64_t ram,
                      const struct script *script, size_t i)
{
    struct json_object *object = json_object_new_object();
    struct json_object *values = json_object_new_object();
    struct model_numbers numbers;
    struct buffer answer = {0};

    do_word(model, ram, script->words[i].text, &answer);
    model_numbers(model, &numbers);
    for (unsigned key = 0; key < MODEL_NUMBERS; key++) {
        json_object_object_add(values, model_key(key),
                               json_object_new_uint64(numbers.value[key]));
    }
    json_object_object_add(object, "type",
                           json_object_new_string("prediction"));
    json_object_object_add(object, "order", json_object_new_uint64(i + 1));
    json_object_object_add(object, "word",
                           json_object_new_string(script->words[i].text));
    json_object_object_add(object, "answer", lines_of(&answer));
    json_object_object_add(object, "stats", values);
    show_object(object);
    buffer_free(&answer);
}

static void predict(const struct predict_machine *machine, uint64_t ram,
                    const struct script *script, bool json)
{
    struct model *model = model_new(&machine->model);

    for (size_t i = 0; i < script->count; i++) {
        (json ? show_json : show_text)(model, ram, script, i);
    }
    model_end(model);
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;
    struct predict_machine machine = {0};
    struct script script = {0};
    uint64_t ram = 0;

    if (!options_parse(options, argc, argv, &parsed, failure) ||
        !conflicts_check(argv[0], options, &parsed, failure)) {
        return false;
    }
    if (parsed.help) {
        help_command(&command_predict);
        return true;
    }
    if (parsed.operand_count != 1 || parsed.rest_count) {
        return failure_set(failure, CODE_USAGE, "predict takes one SCRIPT");
    }
    const bool ok = read_machine(&parsed, &machine, &ram, failure) &&
                    text_file_read(parsed.operands[0], &script.text, failure) &&
                    script_cut(&script, failure);

    if (ok) {
        predict(&machine, ram, &script,
                options_value(options, &parsed, "json") != NULL);
    }
    script_free(&script);
    predict_machine_free(&machine);
    return ok;
}

const struct command command_predict = {
    .name = "predict",
    .summary = "show what orders will do to the guest's statistics",
    .examples = examples,
    .arguments = "SCRIPT",
    .options = options,
    .details =
        "SCRIPT is a file of orders for this project's guest, - is stdin: "
        "words separated\nby blanks and line ends; # begins a comment. For "
        "each order the guest's answer\nis printed, and the line of its order "
        "`count` behind it, once: `count` in the\nscript prints no second "
        "one. So the output can be compared by diff with the\nconsole of a "
        "guest that did `count` behind each order.\n\n"
        "The word size=SIZE is done by the machine: its balloon takes the rest "
        "of --memory,\nand the guest's line about it is printed. An empty "
        "line ends a part for `aerostat\nrun --script`, and means nothing "
        "here.\n\n"
        "No QEMU is started: the numbers are computed by the rules of "
        "docs/memory.md.\nThe balloon is empty, swap off, and the disks have "
        "been started.\n\n"
        "Without --console all RAM from 2 MiB on is free, which is nearly what "
        "a guest\nhas. For exact numbers give the guest the orders `disks "
        "frames` first, and its\nconsole to --console: of the last start in "
        "it the lines `mm ready`, the first\n`order frames`, and the faults "
        "counted before.\n\n"
        "The file has the words that `aerostat run` writes into its file: "
        "word i of page p\nis 0x9e3779b97f4a7c15 + (512 p + i) * "
        "0xd1342543de82ef95.\n",
    .run = run,
};
