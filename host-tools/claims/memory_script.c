// SPDX-License-Identifier: MIT
// A seed draws a machine that is short of memory, then orders for its tasks.
#include "claims/memory_script.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TASKS = 4,
    BLOCK = 512,
    COLUMNS = 72,
};

struct draw {
    uint64_t state; // of splitmix64
    struct memory_script *script;
    unsigned task;
    unsigned pages[TASKS + 1]; // that a task was given last, from 1 on
    unsigned seed;             // of the last contents
};

// 0 to below - 1.
static unsigned below(struct draw *draw, unsigned limit)
{
    draw->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = draw->state;

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ z >> 31) % limit);
}

static unsigned between(struct draw *draw, unsigned first, unsigned last)
{
    return first + below(draw, last - first + 1);
}

static void grow(struct memory_script *script)
{
    script->room = script->room ? 2 * script->room : 128;
    char(*words)[SCRIPT_WORD] = memory_get(script->room * SCRIPT_WORD);

    if (script->count > 0) {
        memcpy(words, script->words, script->count * SCRIPT_WORD);
    }
    free(script->words);
    script->words = words;
}

void memory_script_free(struct memory_script *script)
{
    free(script->words);
    *script = (struct memory_script){0};
}

void memory_script_add(struct memory_script *script, const char *format, ...)
{
    va_list values;

    if (script->count == script->room) {
        grow(script);
    }
    va_start(values, format);
    const int length =
        vsnprintf(script->words[script->count++], SCRIPT_WORD, format, values);
    va_end(values);
    assert(length < SCRIPT_WORD);
    (void)length;
}

// One order in 32 is polled while it runs.
static const char *polled(struct draw *draw)
{
    return below(draw, 32) == 0 ? "!" : "";
}

// --- The machine -------------------------------------------------------------

// What takes the memory that the tasks don't have: the balloon, huge pages, or
// held memory alone.
static void take_memory(struct draw *draw)
{
    switch (below(draw, 4)) {
    case 0:
        memory_script_add(draw->script, "balloon=%u",
                          BLOCK * between(draw, 3, 5));
        break;
    case 1:
        memory_script_add(draw->script, "huge=%u", between(draw, 3, 5));
        break;
    default:
        break;
    }
    memory_script_add(draw->script, "room=%u", between(draw, 130, 260));
}

static void choose_task(struct draw *draw)
{
    draw->task = between(draw, 1, TASKS);
    memory_script_add(draw->script, "task=%u", draw->task);
}

// A task that lives refuses it.
static void map(struct draw *draw)
{
    draw->pages[draw->task] = between(draw, 50, 170);
    memory_script_add(draw->script, "map=%uK", 4 * draw->pages[draw->task]);
}

static void set_pace(struct draw *draw)
{
    static const unsigned paces[] = {1, 8, 32, 32, 80, 150, 200, 200};

    memory_script_add(draw->script, "pace=%u",
                      paces[below(draw, sizeof paces / sizeof *paces)]);
}

// What a script before this one has taken is given back.
static void tidy(struct draw *draw)
{
    static const char *const words[] = {"free",   "drop",    "balloon=0",
                                        "huge=0", "swapoff", "pace=32"};

    for (unsigned i = 1; i <= TASKS; i++) {
        memory_script_add(draw->script, "task=%u", i);
        memory_script_add(draw->script, "unmap");
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        memory_script_add(draw->script, "%s", words[i]);
    }
}

static void begin(struct draw *draw)
{
    tidy(draw);
    if (below(draw, 8) != 0) {
        memory_script_add(draw->script, "swapon");
    }
    take_memory(draw);
    set_pace(draw);
    for (unsigned i = 0; i < 3; i++) {
        choose_task(draw);
        map(draw);
        memory_script_add(draw->script, "write=%u:%u", draw->pages[draw->task],
                          ++draw->seed);
    }
}

// --- Its orders --------------------------------------------------------------

// A range of the task's pages.
static unsigned draw_range(struct draw *draw, unsigned *first)
{
    const unsigned pages = draw->pages[draw->task];

    *first = below(draw, 3) == 0 ? below(draw, pages) : 0;
    return between(draw, 1, pages - *first);
}

static void add_write(struct draw *draw)
{
    unsigned first;
    const unsigned pages = draw_range(draw, &first);

    memory_script_add(draw->script, "write=%u@%u:%u%s", pages, first,
                      ++draw->seed, polled(draw));
}

static void add_read(struct draw *draw)
{
    unsigned first;
    const unsigned pages = draw_range(draw, &first);

    memory_script_add(draw->script, "read=%u@%u%s", pages, first, polled(draw));
}

// Another task, whose mapping is made again if it was killed.
static void add_task(struct draw *draw)
{
    choose_task(draw);
    if (below(draw, 2) == 0) {
        map(draw);
        add_write(draw);
    }
}

static void add_walk(struct draw *draw)
{
    memory_script_add(draw->script, "walk=%u:%u%s", between(draw, 1, 80),
                      ++draw->seed, polled(draw));
}

static void add_load(struct draw *draw)
{
    const unsigned first = below(draw, SCRIPT_FILE_PAGES);
    const unsigned left = SCRIPT_FILE_PAGES - first;

    memory_script_add(draw->script, "load=%u@%u%s",
                      between(draw, 1, left < 60 ? left : 60), first,
                      polled(draw));
}

static void add_held(struct draw *draw)
{
    switch (below(draw, 5)) {
    case 0:
        memory_script_add(draw->script, "alloc=%uK", 4 * between(draw, 1, 150));
        break;
    case 1:
        memory_script_add(draw->script, "free=%uK", 4 * between(draw, 1, 150));
        break;
    case 2:
        memory_script_add(draw->script, "room=%u", between(draw, 64, 300));
        break;
    case 3:
        memory_script_add(draw->script, "free=%uM", between(draw, 1, 3));
        break;
    default:
        memory_script_add(draw->script, "verify");
        break;
    }
}

// The numbers of the frames stay known after whole blocks.
static void add_balloon(struct draw *draw)
{
    if (below(draw, 3) == 0) {
        memory_script_add(draw->script, "balloon=%u", below(draw, 3000));
    } else {
        memory_script_add(draw->script, "balloon=%u",
                          BLOCK * between(draw, 0, 6));
    }
}

static void add_huge(struct draw *draw)
{
    memory_script_add(draw->script, "huge=%u", below(draw, 5));
}

static void add_setting(struct draw *draw)
{
    static const char *const words[] = {"swapon", "swapoff", "drop", "frames"};

    memory_script_add(draw->script, "%s", words[below(draw, 4)]);
}

static void add_poll(struct draw *draw)
{
    memory_script_add(draw->script, "poll");
}

static void add_unmap(struct draw *draw)
{
    memory_script_add(draw->script, "unmap");
}

static void add_order(struct draw *draw)
{
    // Each as often as it stands here.
    static void (*const orders[])(struct draw * draw) = {
        add_write,   add_write, add_write, add_write, add_read, add_read,
        add_read,    add_walk,  add_walk,  add_load,  add_load, add_task,
        add_task,    add_task,  add_task,  add_task,  add_held, add_held,
        add_balloon, add_huge,  add_poll,  add_unmap, set_pace, add_setting,
    };

    orders[below(draw, sizeof orders / sizeof *orders)](draw);
}

void memory_script_make(uint64_t seed, struct memory_script *script)
{
    struct draw draw = {.state = seed, .script = script, .task = 1};

    for (unsigned i = 1; i <= TASKS; i++) {
        draw.pages[i] = 100;
    }
    begin(&draw);
    for (unsigned i = 0; i < SCRIPT_ORDERS; i++) {
        add_order(&draw);
    }
}

// --- A script that fails -----------------------------------------------------

static struct memory_script without(const struct memory_script *script,
                                    size_t first, size_t count)
{
    struct memory_script rest = {.count = 0};

    for (size_t i = 0; i < script->count; i++) {
        if (i < first || i >= first + count) {
            memory_script_add(&rest, "%s", script->words[i]);
        }
    }
    return rest;
}

// One pass with parts of `size` words, from the end on: what comes last is
// rarely the cause. Returns whether a part was left out.
static bool leave_out(struct memory_script *script, size_t size,
                      unsigned *trials, memory_script_fails *fails,
                      void *context)
{
    size_t end = script->count;
    bool changed = false;

    while (end > 0 && *trials > 0) {
        const size_t count = size < end ? size : end;
        struct memory_script rest = without(script, end - count, count);

        --*trials;
        if (fails(context, &rest)) {
            char(*longer)[SCRIPT_WORD] = script->words;

            script->count = rest.count;
            script->room = rest.room;
            script->words = rest.words;
            rest.words = longer;
            changed = true;
        }
        memory_script_free(&rest);
        end -= count;
    }
    return changed;
}

void memory_script_shrink(struct memory_script *script, unsigned most,
                          memory_script_fails *fails, void *context)
{
    size_t size = (script->count + 1) / 2;

    while (size > 0 && most > 0) {
        const bool changed = leave_out(script, size, &most, fails, context);

        if (size > 1) {
            size = (size + 1) / 2;
        } else if (!changed) {
            size = 0;
        }
    }
}

void memory_script_add_words(struct memory_script *script, const char *words)
{
    char *copy = memory_text(words);
    char *rest = copy;
    char *word;

    while ((word = strsep(&rest, " "))) {
        if (*word && strcmp(word, "count") != 0) {
            memory_script_add(script, "%s", word);
        }
    }
    free(copy);
}

static void end_line(struct buffer *out, size_t *column)
{
    if (*column > 0) {
        buffer_text(out, "\n");
    }
    *column = 0;
}

void memory_script_print(const struct memory_script *script, const char *indent,
                         struct buffer *out)
{
    size_t column = 0;

    for (size_t i = 0; i < script->count; i++) {
        const char *word = script->words[i];
        const size_t length = strlen(word);

        if (strncmp(word, "balloon=", strlen("balloon=")) == 0) {
            end_line(out, &column);
            buffer_format(out, "%s# %s\n", indent, word);
            continue;
        }
        if (column > 0 && column + 1 + length > COLUMNS) {
            end_line(out, &column);
        }
        buffer_format(out, "%s%s", column == 0 ? indent : " ", word);
        column += length + (column > 0);
    }
    end_line(out, &column);
}
