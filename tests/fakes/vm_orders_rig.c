// SPDX-License-Identifier: MIT
// Orders, as guest/app does them, on fake memory: each touch is an access of
// the fake MMU. The answers are those of docs/memory.md.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fakes/vm_internals_rig.h"
#include "fakes/vm_rig.h"
#include "mm/mm.h"

#define PAGE_WORDS (PAGE_SIZE / sizeof(uint64_t))
#define SEED_FACTOR UINT64_C(0x9e3779b97f4a7c15)
#define WORD_STEP UINT64_C(0xd1342543de82ef95)
#define PLACE_TASK 40

#define LONG(value) ((unsigned long long)(value))

static struct {
    struct vm_rig_order order;
    bool begun;
    bool open;
    unsigned task;
    struct vm_space *space; // whose pages are touched; NULL: none's
    uint64_t pace;
    uint64_t total;
    uint64_t done;
    uint64_t last; // the newest touched page
    uint64_t sum;
    uint64_t state;       // of the generator of walk
    uint64_t grown;       // by huge
    uint64_t filled;      // pages
    uint64_t filled_seed; // of the last fill
    uint64_t wrong;       // pages, by verify
    char answer[512];
} run;

static const char *name(void)
{
    static const char *const names[VM_RIG_ORDERS] = {
        "task", "map",  "unmap",  "write",   "read",  "walk", "load", "drop",
        "huge", "pace", "swapon", "swapoff", "alloc", "free", "fill", "verify",
    };

    return names[run.order.kind];
}

__attribute__((format(printf, 1, 2))) static void answer(const char *format,
                                                         ...)
{
    const int used =
        snprintf(run.answer, sizeof run.answer, "order %s ", name());
    va_list values;

    va_start(values, format);
    vsnprintf(run.answer + used, sizeof run.answer - (size_t)used, format,
              values);
    va_end(values);
    run.open = false;
}

// numbers: "" or " key=value ...".
__attribute__((format(printf, 2, 3))) static void
refuse(const char *reason, const char *numbers, ...)
{
    const int used = snprintf(run.answer, sizeof run.answer,
                              "error what=\"order %s: %s\"", name(), reason);
    va_list values;

    va_start(values, numbers);
    vsnprintf(run.answer + used, sizeof run.answer - (size_t)used, numbers,
              values);
    va_end(values);
    run.open = false;
}

void vm_rig_orders_start(void)
{
    memset(&run, 0, sizeof run);
    run.task = 1;
    run.pace = 32;
}

const char *vm_rig_answer(void)
{
    return run.answer;
}

uint64_t vm_rig_done(void)
{
    return run.done;
}

// --- Orders of one step ------------------------------------------------------

static void choose_task(void)
{
    const uint64_t number = run.order.number;

    if (number < 1 || number > VM_TASKS) {
        refuse("no such task", " task=%llu", LONG(number));
        return;
    }
    run.task = (unsigned)number;
    answer("number=%u", run.task);
}

static void map(void)
{
    struct vm_space *task = vm_task(run.task);
    const uint64_t pages = round_up(run.order.number, PAGE_SIZE) / PAGE_SIZE;
    uint64_t tables = 0;

    if (vm_pages(task) > 0) {
        refuse("already mapped", " task=%u", run.task);
        return;
    }
    const enum error error = vm_map(task, run.order.number, &tables);

    if (error == OK) {
        answer("task=%u pages=%llu tables=%llu", run.task, LONG(pages),
               LONG(tables));
    } else if (error == ERR_RANGE) {
        refuse("too large", " task=%u pages=%llu", run.task, LONG(pages));
    } else {
        refuse("no memory", " task=%u pages=%llu tables=%llu", run.task,
               LONG(pages), LONG(tables));
    }
}

static void unmap(void)
{
    struct vm_space *task = vm_task(run.task);
    const uint64_t pages = vm_pages(task);

    if (pages == 0) {
        refuse("not mapped", " task=%u", run.task);
        return;
    }
    vm_unmap(task);
    answer("task=%u pages=%llu", run.task, LONG(pages));
}

static void drop(void)
{
    answer("pages=%llu", LONG(vm_file_drop()));
}

static void set_pace(void)
{
    run.pace = run.order.number;
    answer("touches=%llu", LONG(run.pace));
}

static void swap_on(void)
{
    static const char *const reasons[ERR_COUNT] = {
        [ERR_EMPTY] = "no writable disk",
        [ERR_INVALID] = "no swap mark",
        [ERR_DEVICE] = "disk error",
        [ERR_FULL] = "already on",
    };
    uint64_t frames = 0;
    const enum error error = vm_rig_swap.store.pages > 0
                                 ? vm_swap_on(&vm_rig_swap.store, &frames)
                                 : ERR_EMPTY;

    if (error == OK) {
        answer("slots=%llu frames=%llu", LONG(vm_swap_size().slots),
               LONG(frames));
    } else if (error == ERR_NO_MEMORY) {
        refuse("no memory", " frames=%llu", LONG(frames));
    } else {
        refuse(reasons[error], "%s", "");
    }
}

static void swap_off(void)
{
    const struct vm_swap_size size = vm_swap_size();
    const enum error error = vm_swap_off();

    if (error == OK) {
        answer("frames=%llu", LONG(size.frames));
    } else if (error == ERR_FULL) {
        refuse("slots in use", " slots=%llu", LONG(size.used));
    } else {
        refuse("not on", "%s", "");
    }
}

static void alloc(void)
{
    const uint64_t bytes = run.order.number;
    uintptr_t at;
    const enum error error = vm_area_grow(&mm_hold, bytes, &at);

    if (error == OK) {
        answer("bytes=%llu held=%llu", LONG(bytes), LONG(mm_hold.bytes));
    } else {
        refuse(error == ERR_RANGE ? "too large" : "no memory",
               " bytes=%llu held=%llu", LONG(bytes), LONG(mm_hold.bytes));
    }
}

static void give_back(void)
{
    const uint64_t bytes = run.order.number;
    const uint64_t all = mm_hold.bytes;
    const uint64_t freed = bytes < all ? round_up(bytes, PAGE_SIZE) : all;

    vm_area_shrink(&mm_hold, freed);
    if (run.filled > mm_hold.bytes / PAGE_SIZE) {
        run.filled = mm_hold.bytes / PAGE_SIZE;
    }
    answer("bytes=%llu held=%llu", LONG(freed), LONG(mm_hold.bytes));
}

// --- Contents ----------------------------------------------------------------

static uint64_t first_word(uint64_t place, uint64_t seed)
{
    return seed * SEED_FACTOR + place * PAGE_WORDS * WORD_STEP;
}

static uint64_t place_of(uint64_t page)
{
    return (uint64_t)run.task << PLACE_TASK | page;
}

static void write_words(uint64_t *words, uint64_t place, uint64_t seed)
{
    for (uint64_t i = 0; i < PAGE_WORDS; i++) {
        words[i] = first_word(place, seed) + i * WORD_STEP;
    }
}

static bool words_follow(const uint64_t *words)
{
    for (uint64_t i = 0; i < PAGE_WORDS; i++) {
        if (words[i] != words[0] + i * WORD_STEP) {
            return false;
        }
    }
    return true;
}

// --- Orders in steps ---------------------------------------------------------

static bool goes_beyond(uint64_t pages)
{
    return run.order.page > pages || run.order.number > pages - run.order.page;
}

static void begin_task_pages(void)
{
    run.space = vm_task(run.task);
    run.total = run.order.number;
    run.state = run.order.seed;
    const uint64_t mapped = vm_pages(run.space);

    if (mapped == 0) {
        refuse("not mapped", " task=%u", run.task);
    } else if (run.order.kind != VM_RIG_WALK && goes_beyond(mapped)) {
        refuse("beyond the mapping",
               " task=%u pages=%llu page=%llu mapped=%llu", run.task,
               LONG(run.order.number), LONG(run.order.page), LONG(mapped));
    }
}

static void begin_load(void)
{
    const uint64_t file = vm_file_pages();
    uint64_t tables = 0;

    run.space = vm_file();
    run.total = run.order.number;
    if (file == 0) {
        refuse("no read-only disk", "%s", "");
    } else if (goes_beyond(file)) {
        refuse("beyond the file", " pages=%llu page=%llu file=%llu",
               LONG(run.order.number), LONG(run.order.page), LONG(file));
    } else if (run.total > 0 &&
               vm_file_grow(run.order.page + run.total, &tables) != OK) {
        refuse("no memory", " pages=%llu tables=%llu", LONG(run.total),
               LONG(tables));
    }
}

static void begin_huge(void)
{
    const uint64_t have = vm_pool_blocks();

    run.total = run.order.number > have ? run.order.number - have
                                        : have - run.order.number;
}

static void begin(void)
{
    switch (run.order.kind) {
    case VM_RIG_LOAD:
        begin_load();
        break;
    case VM_RIG_HUGE:
        begin_huge();
        break;
    case VM_RIG_FILL:
        run.filled = mm_hold.bytes / PAGE_SIZE;
        run.filled_seed = run.order.number;
        run.total = run.filled;
        break;
    case VM_RIG_VERIFY:
        run.total = run.filled;
        break;
    default:
        begin_task_pages();
    }
}

static uint64_t splitmix64(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void answer_huge(bool failed)
{
    answer("pool=%llu alloc=%llu fail=%d", LONG(vm_pool_blocks()),
           LONG(run.grown), failed);
}

static void touch_huge(void)
{
    if (vm_pool_blocks() > run.order.number) {
        if (vm_pool_shrink() != OK) {
            refuse("wrong contents", " block=%llu", LONG(vm_pool_blocks()));
        }
    } else if (vm_pool_grow() == OK) {
        run.grown++;
    } else {
        answer_huge(true);
    }
}

static void touch_read(void)
{
    run.last = run.order.page + run.done;
    if (vm_is_empty(run.space, run.last)) {
        refuse("not written", " task=%u page=%llu done=%llu", run.task,
               LONG(run.last), LONG(run.done));
        return;
    }
    const uint64_t *words = vm_rig_touch(run.space, run.last, false);

    run.sum += words[0];
    if (!vm_is_ending() && !words_follow(words)) {
        refuse("wrong contents", " task=%u page=%llu done=%llu", run.task,
               LONG(run.last), LONG(run.done));
    }
}

static void touch_write(void)
{
    run.last = run.order.kind == VM_RIG_WALK
                   ? splitmix64(&run.state) % vm_pages(run.space)
                   : run.order.page + run.done;
    uint64_t *words = vm_rig_touch(run.space, run.last, true);

    write_words(words, place_of(run.last), run.order.seed);
    run.sum += words[0];
}

static void touch_load(void)
{
    run.last = run.order.page + run.done;
    const uint64_t *words = vm_rig_touch(run.space, run.last, false);

    run.sum += words[0];
    if (words[0] != 0 && !words_follow(words)) {
        refuse("wrong contents", " page=%llu", LONG(run.last));
    }
}

static void touch_held(void)
{
    uint64_t *words = vm_rig_touch_held(run.done);

    if (run.order.kind == VM_RIG_FILL) {
        write_words(words, run.done, run.filled_seed);
    } else {
        run.wrong += words[0] != first_word(run.done, run.filled_seed) ||
                     !words_follow(words);
    }
}

static void touch(void)
{
    switch (run.order.kind) {
    case VM_RIG_HUGE:
        touch_huge();
        break;
    case VM_RIG_READ:
        touch_read();
        break;
    case VM_RIG_LOAD:
        touch_load();
        break;
    case VM_RIG_FILL:
    case VM_RIG_VERIFY:
        touch_held();
        break;
    default:
        touch_write();
    }
}

static void answer_done(void)
{
    if (run.order.kind == VM_RIG_HUGE) {
        answer_huge(false);
    } else if (run.order.kind == VM_RIG_FILL) {
        answer("seed=%llu pages=%llu", LONG(run.filled_seed), LONG(run.total));
    } else if (run.order.kind == VM_RIG_VERIFY) {
        answer("seed=%llu pages=%llu wrong=%llu first_wrong=0",
               LONG(run.filled_seed), LONG(run.total), LONG(run.wrong));
    } else if (run.order.kind == VM_RIG_LOAD) {
        answer("pages=%llu done=%llu sum=%llu", LONG(run.total), LONG(run.done),
               LONG(run.sum));
    } else {
        answer("task=%u pages=%llu done=%llu sum=%llu", run.task,
               LONG(run.total), LONG(run.done), LONG(run.sum));
    }
}

// Whether the order ends because of its last touch.
static void end_early(void)
{
    const struct vm_ending ending =
        run.space != NULL ? vm_take_ending(run.space) : (struct vm_ending){0};
    const char *reason = ending.why == VM_LOST ? "page lost" : "no memory";

    if (ending.why == VM_KILLED) {
        answer("task=%u pages=%llu done=%llu killed=oom", run.task,
               LONG(run.total), LONG(run.done));
    } else if (ending.why != VM_GOES_ON && run.space == vm_file()) {
        refuse(reason, " page=%llu done=%llu", LONG(ending.page),
               LONG(run.done));
    } else if (ending.why != VM_GOES_ON) {
        refuse(reason, " task=%u page=%llu done=%llu", run.task,
               LONG(ending.page), LONG(run.done));
    }
}

static void touch_some(void)
{
    const uint64_t most = run.order.kind == VM_RIG_HUGE ? 1 : run.pace;

    for (uint64_t i = 0; i < most && run.done < run.total; i++) {
        touch();
        if (!run.open) {
            return;
        }
        run.done++;
        if (vm_is_ending()) {
            return;
        }
    }
    if (run.done == run.total) {
        answer_done();
    }
}

// --- All orders --------------------------------------------------------------

static void do_step(void)
{
    static void (*const at_once[VM_RIG_ORDERS])(void) = {
        [VM_RIG_TASK] = choose_task, [VM_RIG_MAP] = map,
        [VM_RIG_UNMAP] = unmap,      [VM_RIG_DROP] = drop,
        [VM_RIG_PACE] = set_pace,    [VM_RIG_SWAPON] = swap_on,
        [VM_RIG_SWAPOFF] = swap_off, [VM_RIG_ALLOC] = alloc,
        [VM_RIG_FREE] = give_back,
    };

    if (at_once[run.order.kind] != NULL) {
        at_once[run.order.kind]();
        return;
    }
    if (!run.begun) {
        run.begun = true;
        begin();
    }
    if (run.open) {
        end_early();
    }
    if (run.open) {
        touch_some();
    }
}

void vm_rig_begin(const struct vm_rig_order *order)
{
    run.order = *order;
    run.begun = false;
    run.open = true;
    run.space = NULL;
    run.total = 0;
    run.done = 0;
    run.sum = 0;
    run.grown = 0;
    run.wrong = 0;
    run.answer[0] = '\0';
}

bool vm_rig_step(void)
{
    do_step();
    vm_rig_settle();
    return run.open;
}

const char *vm_rig_order_at(enum vm_rig_order_kind kind, uint64_t number,
                            uint64_t page, uint64_t seed)
{
    vm_rig_begin(&(const struct vm_rig_order){kind, number, page, seed});
    while (vm_rig_step()) {
    }
    return run.answer;
}

const char *vm_rig_order(enum vm_rig_order_kind kind, uint64_t number)
{
    return vm_rig_order_at(kind, number, 0, 0);
}
