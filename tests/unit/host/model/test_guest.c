// SPDX-License-Identifier: MIT
// The guest's own code and the model do the same random scripts: after each
// step all sixteen numbers are equal, after each order the answers too.
// docs/memory.md.
// Limits: VM_SCRIPTS and VM_SEED in the environment change which scripts run.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fakes/fake_report.h"
#include "fakes/vm_rig.h"
#include "model/model.h"
#include "unit/checks.h"

#define SCRIPTS 50u
#define ITEMS 60u
#define TASKS 8u
#define BAD_MOST 6u
#define FAULTS_MOST 4u
#define RUNS_MOST 2048u
#define PAGE 4096u
#define BLOCK 512u

// --- Scripts -----------------------------------------------------------------

struct item {
    bool removed;
    bool is_balloon; // a move of the balloon to order.number
    struct vm_rig_order order;
    unsigned moves_behind; // behind this step of the order the balloon moves;
                           // 0: it does not
    uint64_t moves_to;
};

struct script {
    struct vm_rig_run runs[2];
    uint64_t managed;
    bool deflate_on_oom;
    uint64_t swap_pages;
    uint32_t swap_last_page;
    uint32_t bad[BAD_MOST];
    unsigned bad_count;
    uint64_t file_pages;
    struct model_fault faults[FAULTS_MOST];
    unsigned fault_count;
    uint64_t seed;
    struct item items[ITEMS];
};

struct generator {
    uint64_t random;
    struct script *script;
    unsigned task;
    uint64_t mapped[TASKS + 1]; // a guess: the killer is not known here
};

static uint64_t draw(struct generator *g, uint64_t below)
{
    return below == 0 ? 0 : next_random(&g->random) % below;
}

static uint64_t between(struct generator *g, uint64_t least, uint64_t most)
{
    return least + draw(g, most - least + 1);
}

static bool chance(struct generator *g, unsigned percent)
{
    return draw(g, 100) < percent;
}

static void draw_memory(struct generator *g)
{
    struct script *script = g->script;
    const uint64_t first = between(g, 200, 300);
    const uint64_t low = between(g, 100, 300);
    const uint64_t high =
        chance(g, 20) ? between(g, 2500, 3400) : between(g, 300, 1800);

    script->runs[0] = (struct vm_rig_run){first, low};
    script->runs[1] =
        (struct vm_rig_run){first + low + between(g, 1, 90), high};
    script->managed = low + high;
    script->deflate_on_oom = chance(g, 50);
}

static bool is_bad(const struct script *script, uint32_t page)
{
    for (unsigned i = 0; i < script->bad_count; i++) {
        if (script->bad[i] == page) {
            return true;
        }
    }
    return false;
}

static void draw_disks(struct generator *g)
{
    struct script *script = g->script;

    if (chance(g, 90)) {
        const uint32_t last =
            (uint32_t)between(g, 20, chance(g, 30) ? 300 : 2500);

        script->swap_last_page = chance(g, 95) ? last : 0;
        script->swap_pages = last + 1 + draw(g, 3);
        for (uint64_t i = draw(g, BAD_MOST); i > 0; i--) {
            const uint32_t page = (uint32_t)between(g, 1, last);

            if (!is_bad(script, page)) {
                script->bad[script->bad_count++] = page;
            }
        }
    }
    script->file_pages = chance(g, 85) ? between(g, 1, 1500) : 0;
    script->fault_count =
        chance(g, 35) ? (unsigned)between(g, 1, FAULTS_MOST) : 0;
    for (unsigned i = 0; i < script->fault_count; i++) {
        const bool by_number = chance(g, 50);

        script->faults[i] = (struct model_fault){
            .access = (enum model_access)draw(g, MODEL_ACCESSES),
            .by_number = by_number,
            .value = between(g, 1, by_number ? 600 : 250),
        };
    }
}

static uint64_t draw_target(struct generator *g)
{
    const uint64_t most = g->script->managed * 11 / 10;

    return chance(g, 25)   ? 0
           : chance(g, 50) ? draw(g, most / BLOCK + 1) * BLOCK
                           : draw(g, most);
}

// A range of the task's pages, or of the file's; seldom beyond them.
static void draw_range(struct generator *g, struct vm_rig_order *order,
                       uint64_t pages)
{
    order->page = chance(g, 50) ? 0 : draw(g, pages);
    order->number =
        chance(g, 60) ? pages - order->page : draw(g, pages - order->page + 1);
    order->number += chance(g, 2);
    order->seed = draw(g, 1000);
}

static void draw_map(struct generator *g, struct vm_rig_order *order)
{
    const uint64_t managed = g->script->managed;
    const uint64_t pages = chance(g, 80) ? between(g, managed / 4, managed)
                                         : between(g, 1, 3 * managed);

    order->kind = VM_RIG_MAP;
    order->number = pages * PAGE - draw(g, PAGE);
    if (chance(g, 2)) {
        order->number = UINT64_C(1) << between(g, 30, 40); // all its tables
    } else if (g->mapped[g->task] == 0) {
        g->mapped[g->task] = pages;
    }
}

static void draw_task_order(struct generator *g, struct vm_rig_order *order)
{
    static const enum vm_rig_order_kind kinds[] = {
        VM_RIG_WRITE, VM_RIG_WRITE, VM_RIG_WRITE, VM_RIG_READ,
        VM_RIG_READ,  VM_RIG_READ,  VM_RIG_WALK,  VM_RIG_WALK,
    };
    const uint64_t pages = g->mapped[g->task];

    if (pages == 0 && chance(g, 90)) {
        draw_map(g, order);
        return;
    }
    order->kind = kinds[draw(g, sizeof kinds / sizeof kinds[0])];
    draw_range(g, order, pages);
    if (order->kind == VM_RIG_WALK) {
        order->page = 0;
        order->number = draw(g, 500);
    }
}

static void draw_held_order(struct generator *g, struct vm_rig_order *order)
{
    static const enum vm_rig_order_kind kinds[] = {
        VM_RIG_ALLOC, VM_RIG_ALLOC, VM_RIG_FREE, VM_RIG_FILL, VM_RIG_VERIFY,
    };

    order->kind = kinds[draw(g, sizeof kinds / sizeof kinds[0])];
    order->number =
        order->kind == VM_RIG_FILL || order->kind == VM_RIG_VERIFY
            ? draw(g, 99)
            : draw(g, g->script->managed / 2) * PAGE + draw(g, PAGE);
    if (order->kind == VM_RIG_FREE && chance(g, 40)) {
        order->number = UINT64_C(1) << 40; // all
    }
}

static void draw_other_order(struct generator *g, struct vm_rig_order *order)
{
    static const enum vm_rig_order_kind kinds[] = {
        VM_RIG_UNMAP,  VM_RIG_DROP,    VM_RIG_HUGE,   VM_RIG_HUGE,
        VM_RIG_HUGE,   VM_RIG_PACE,    VM_RIG_PACE,   VM_RIG_SWAPON,
        VM_RIG_SWAPON, VM_RIG_SWAPOFF, VM_RIG_SWAPON,
    };

    order->kind = kinds[draw(g, sizeof kinds / sizeof kinds[0])];
    order->number = order->kind == VM_RIG_HUGE   ? draw(g, 5)
                    : order->kind == VM_RIG_PACE ? between(g, 1, 100)
                                                 : 0;
    if (order->kind == VM_RIG_UNMAP) {
        g->mapped[g->task] = 0;
    }
}

static void draw_order(struct generator *g, struct vm_rig_order *order)
{
    const uint64_t which = draw(g, 100);

    if (which < 50) {
        draw_task_order(g, order);
    } else if (which < 62) {
        order->kind = VM_RIG_LOAD;
        draw_range(g, order, g->script->file_pages);
    } else if (which < 76) {
        g->task = (unsigned)between(g, 1, chance(g, 70) ? 3 : TASKS);
        *order = (struct vm_rig_order){.kind = VM_RIG_TASK,
                                       .number = chance(g, 1) ? 9 : g->task};
        if (order->number == 9) {
            g->task = 1;
            order->number = 1;
        }
    } else if (which < 87) {
        draw_held_order(g, order);
    } else {
        draw_other_order(g, order);
    }
}

static void draw_script(uint64_t seed, struct script *script)
{
    struct generator g = {
        .random = seed * 0x9e3779b97f4a7c15u + 1, .script = script, .task = 1};

    *script = (struct script){.seed = seed};
    draw_memory(&g);
    draw_disks(&g);
    for (unsigned i = 0; i < ITEMS; i++) {
        struct item *item = &script->items[i];

        if (i == 0 && chance(&g, 80)) {
            item->order.kind = VM_RIG_SWAPON;
        } else if (chance(&g, 8)) {
            item->is_balloon = true;
            item->order.number = draw_target(&g);
        } else {
            draw_order(&g, &item->order);
            item->moves_behind =
                chance(&g, 4) ? (unsigned)between(&g, 1, 9) : 0;
            item->moves_to = draw_target(&g);
        }
    }
}

// The item as a person would type it.
static void word_of(const struct item *item, char *word, size_t size)
{
    static const char *const names[VM_RIG_ORDERS] = {
        "task", "map",  "unmap",  "write",   "read",  "walk", "load", "drop",
        "huge", "pace", "swapon", "swapoff", "alloc", "free", "fill", "verify",
    };
    const struct vm_rig_order *order = &item->order;
    const char *name = item->is_balloon ? "balloon" : names[order->kind];
    const bool has_page = order->kind == VM_RIG_WRITE ||
                          order->kind == VM_RIG_READ ||
                          order->kind == VM_RIG_LOAD;
    const bool has_seed =
        order->kind == VM_RIG_WRITE || order->kind == VM_RIG_WALK;
    const bool has_number =
        item->is_balloon ||
        (order->kind != VM_RIG_UNMAP && order->kind != VM_RIG_DROP &&
         order->kind != VM_RIG_SWAPON && order->kind != VM_RIG_SWAPOFF &&
         order->kind != VM_RIG_VERIFY);
    char number[32] = "";
    char page[32] = "";
    char seed[32] = "";

    if (has_number) {
        snprintf(number, sizeof number, "=%" PRIu64, order->number);
    }
    if (has_page && !item->is_balloon) {
        snprintf(page, sizeof page, "@%" PRIu64, order->page);
    }
    if (has_seed && !item->is_balloon) {
        snprintf(seed, sizeof seed, ":%" PRIu64, order->seed);
    }
    snprintf(word, size, "%s%s%s%s", name, number, page, seed);
}

// --- Both sides --------------------------------------------------------------

// What the scripts of a run have caused.
static uint64_t scripts_with[MODEL_NUMBERS];

static char difference[4096];
static struct model *model;
static struct buffer answer;

__attribute__((format(printf, 1, 2))) static bool differ(const char *format,
                                                         ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(difference, sizeof difference, format, values);
    va_end(values);
    return false;
}

static void start_rig(const struct script *script)
{
    const struct vm_rig_setup setup = {
        .runs = script->runs,
        .run_count = 2,
        .deflate_on_oom = script->deflate_on_oom,
        .swap_pages = script->swap_pages,
        .swap_last_page = script->swap_last_page,
        .bad = script->bad,
        .bad_count = script->bad_count,
        .file_pages = script->file_pages,
        .seed = script->seed + 1,
    };

    vm_rig_start(&setup);
    for (unsigned i = 0; i < script->fault_count; i++) {
        const struct model_fault *fault = &script->faults[i];

        vm_rig_fail((enum vm_rig_access)fault->access, fault->by_number,
                    fault->value);
    }
}

static void start_model(const struct script *script)
{
    const struct model_run runs[2] = {
        {script->runs[0].first, script->runs[0].count},
        {script->runs[1].first, script->runs[1].count},
    };

    model = model_new(&(const struct model_machine){
        .managed = script->managed,
        .free_runs = runs,
        .free_run_count = 2,
        .disks = 2,
        .swap_disk = script->swap_pages > 0,
        .swap_marked = script->swap_last_page > 0,
        .swap_last_page = script->swap_last_page,
        .bad_pages = script->bad,
        .bad_page_count = script->bad_count,
        .file_disk = script->file_pages > 0,
        .file_pages = script->file_pages,
        .deflate_on_oom = script->deflate_on_oom,
        .faults = script->faults,
        .fault_count = script->fault_count,
    });
}

static bool numbers_agree(void)
{
    struct model_numbers theirs;
    uint64_t ours[VM_RIG_NUMBERS];
    bool same = true;

    model_numbers(model, &theirs);
    vm_rig_numbers(ours);
    difference[0] = '\0';
    for (unsigned i = 0; i < VM_RIG_NUMBERS; i++) {
        if (ours[i] != theirs.value[i]) {
            const size_t used = strlen(difference);

            snprintf(difference + used, sizeof difference - used,
                     "%s: guest %" PRIu64 ", model %" PRIu64 "\n", model_key(i),
                     ours[i], theirs.value[i]);
            same = false;
        }
    }
    if (*fake_violations() != '\0') {
        return differ("violations:\n%s", fake_violations());
    }
    return same;
}

static bool frames_agree(void)
{
    static struct vm_rig_run ours[RUNS_MOST];
    static struct model_run theirs[RUNS_MOST];
    const size_t count = vm_rig_free_runs(ours, RUNS_MOST);
    const size_t their_count = model_free_runs(model, theirs, RUNS_MOST);

    if (!model_frames_known(model)) {
        return true;
    }
    for (size_t i = 0; i < count && i < their_count; i++) {
        if (ours[i].first != theirs[i].first ||
            ours[i].count != theirs[i].count) {
            return differ("run %zu: guest %" PRIu64 "+%" PRIu64
                          ", model %" PRIu64 "+%" PRIu64 "\n",
                          i, ours[i].first, ours[i].count, theirs[i].first,
                          theirs[i].count);
        }
    }
    return count == their_count ||
           differ("runs: guest %zu, model %zu\n", count, their_count);
}

static bool move_balloon(uint64_t target)
{
    const uint64_t ours = vm_rig_balloon(target);
    const uint64_t theirs = model_balloon(model, target);

    return ours == theirs
               ? numbers_agree()
               : differ("balloon: guest %" PRIu64 ", model %" PRIu64 "\n", ours,
                        theirs);
}

static bool answers_agree(void)
{
    const char *theirs = buffer_string(&answer);
    const size_t length = strlen(theirs);

    return (length > 0 && theirs[length - 1] == '\n' &&
            strncmp(vm_rig_answer(), theirs, length - 1) == 0 &&
            vm_rig_answer()[length - 1] == '\0') ||
           differ("guest: %s\nmodel: %s", vm_rig_answer(), theirs);
}

static bool do_order(const struct item *item, const char *word)
{
    unsigned steps = 0;

    buffer_free(&answer);
    if (!model_begin(model, word)) {
        return differ("the model can't read it\n");
    }
    vm_rig_begin(&item->order);
    while (vm_rig_step()) {
        if (!model_until(model, vm_rig_done(), &answer)) {
            return differ(
                "step at done=%" PRIu64 ": the model is at %" PRIu64 ", %s\n",
                vm_rig_done(), model_order_done(model), buffer_string(&answer));
        }
        if (!numbers_agree()) {
            return false;
        }
        if (++steps == item->moves_behind && !move_balloon(item->moves_to)) {
            return false;
        }
    }
    model_finish(model, &answer);
    return answers_agree() && numbers_agree() && frames_agree();
}

static bool do_item(const struct item *item)
{
    char word[128];

    if (item->removed || (item->order.kind == VM_RIG_HUGE &&
                          !item->is_balloon && !model_frames_known(model))) {
        return true;
    }
    if (item->is_balloon) {
        return move_balloon(item->order.number) && frames_agree();
    }
    word_of(item, word, sizeof word);
    if (!do_order(item, word)) {
        return false;
    }
    vm_rig_audit();
    return numbers_agree();
}

// Returns the first item whose results differ; ITEMS: none.
static unsigned run_items(const struct script *script)
{
    unsigned i = 0;

    while (i < ITEMS && do_item(&script->items[i])) {
        i++;
    }
    return i;
}

// A panic of the guest is a difference.
static unsigned run_script(const struct script *script)
{
    static volatile unsigned failed;

    start_rig(script);
    start_model(script);
    failed = 0;
    global_expecting_assert = 1;
    if (setjmp(global_expect_assert_env) == 0) {
        failed = run_items(script);
    } else {
        (void)differ("panic: %s\n", global_last_failed_assert);
    }
    global_expecting_assert = 0;
    struct model_numbers numbers;

    model_numbers(model, &numbers);
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        scripts_with[i] += numbers.value[i] > 0;
    }
    buffer_free(&answer);
    model_end(model);
    vm_rig_end();
    return failed;
}

// --- A failing script --------------------------------------------------------

static void print_script(const struct script *script)
{
    print_message(
        "frames %" PRIu64 "+%" PRIu64 " %" PRIu64 "+%" PRIu64
        ", on_oom %d, swap %" PRIu64 " last %" PRIu32 " bad %u, file %" PRIu64
        "\n",
        script->runs[0].first, script->runs[0].count, script->runs[1].first,
        script->runs[1].count, script->deflate_on_oom, script->swap_pages,
        script->swap_last_page, script->bad_count, script->file_pages);
    for (unsigned i = 0; i < script->fault_count; i++) {
        print_message("fault access %d %s %" PRIu64 "\n",
                      (int)script->faults[i].access,
                      script->faults[i].by_number ? "number" : "page",
                      script->faults[i].value);
    }
    for (unsigned i = 0; i < ITEMS; i++) {
        const struct item *item = &script->items[i];
        char word[128];

        if (!item->removed) {
            word_of(item, word, sizeof word);
            print_message("%u %s", i, word);
            if (item->moves_behind > 0) {
                print_message(" (balloon=%" PRIu64 " behind step %u)",
                              item->moves_to, item->moves_behind);
            }
            print_message("\n");
        }
    }
}

// Removes items as long as the script still fails.
static void shrink(struct script *script)
{
    bool smaller = true;

    while (smaller) {
        smaller = false;
        for (unsigned i = 0; i < ITEMS; i++) {
            struct item *item = &script->items[i];

            if (item->removed) {
                continue;
            }
            item->removed = true;
            if (run_script(script) < ITEMS) {
                smaller = true;
            } else {
                item->removed = false;
            }
        }
    }
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void guest_and_model_agree_on_random_scripts(void **state)
{
    static struct script script;
    const uint64_t first = number_of("VM_SEED", 1);
    const uint64_t count = number_of("VM_SCRIPTS", SCRIPTS);

    for (uint64_t seed = first; seed < first + count; seed++) {
        draw_script(seed, &script);
        unsigned failed = run_script(&script);

        if (failed < ITEMS) {
            print_message("seed %" PRIu64 ", item %u: %s", seed, failed,
                          difference);
            shrink(&script);
            failed = run_script(&script);
            print_script(&script);
            fail_msg("seed %" PRIu64 ", item %u: %s", seed, failed, difference);
        }
    }
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        print_message("%s: in %" PRIu64 " of %" PRIu64 " scripts\n",
                      model_key(i), scripts_with[i], count);
    }
    if (count >= SCRIPTS) {
        assert_true(scripts_with[MODEL_OOM_KILLS] > count / 2);
        assert_true(scripts_with[MODEL_SWAP_IN] > count / 2);
        assert_true(scripts_with[MODEL_ALLOC_STALLS] > count / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guest_and_model_agree_on_random_scripts),
    };

    return cmocka_run_group_tests_name("model: the guest's code", tests, NULL,
                                       NULL);
}
