// SPDX-License-Identifier: MIT
// Random scripts of orders, moves of the balloon and failing requests, drawn so
// that most run short of memory. docs/memory.md, "Orders".
#ifndef UNIT_HOST_MODEL_SCRIPT_H
#define UNIT_HOST_MODEL_SCRIPT_H

#include <inttypes.h>
#include <stdio.h>

#include "fakes/vm_rig.h"
#include "model/model.h"
#include "unit/checks.h"

#define ITEMS 60u
#define TASKS 8u
#define BAD_MOST 6u
#define FAULTS_MOST 4u
#define PAGE 4096u
#define BLOCK 512u

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

static inline uint64_t draw(struct generator *g, uint64_t below)
{
    return below == 0 ? 0 : next_random(&g->random) % below;
}

static inline uint64_t between(struct generator *g, uint64_t least,
                               uint64_t most)
{
    return least + draw(g, most - least + 1);
}

static inline bool chance(struct generator *g, unsigned percent)
{
    return draw(g, 100) < percent;
}

static inline void draw_memory(struct generator *g)
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

static inline bool is_bad(const struct script *script, uint32_t page)
{
    for (unsigned i = 0; i < script->bad_count; i++) {
        if (script->bad[i] == page) {
            return true;
        }
    }
    return false;
}

static inline void draw_disks(struct generator *g)
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

static inline uint64_t draw_target(struct generator *g)
{
    const uint64_t most = g->script->managed * 11 / 10;

    return chance(g, 25)   ? 0
           : chance(g, 50) ? draw(g, most / BLOCK + 1) * BLOCK
                           : draw(g, most);
}

// A range of the task's pages, or of the file's; seldom beyond them.
static inline void draw_range(struct generator *g, struct vm_rig_order *order,
                              uint64_t pages)
{
    order->page = chance(g, 50) ? 0 : draw(g, pages);
    order->number =
        chance(g, 60) ? pages - order->page : draw(g, pages - order->page + 1);
    order->number += chance(g, 2);
    order->seed = draw(g, 1000);
}

static inline void draw_map(struct generator *g, struct vm_rig_order *order)
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

static inline void draw_task_order(struct generator *g,
                                   struct vm_rig_order *order)
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

static inline void draw_held_order(struct generator *g,
                                   struct vm_rig_order *order)
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

static inline void draw_other_order(struct generator *g,
                                    struct vm_rig_order *order)
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

static inline void draw_order(struct generator *g, struct vm_rig_order *order)
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

static inline void draw_script(uint64_t seed, struct script *script)
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
static inline void word_of(const struct item *item, char *word, size_t size)
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

static inline void print_script(const struct script *script)
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

#endif
