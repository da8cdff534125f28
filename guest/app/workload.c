// SPDX-License-Identifier: MIT
// New pages before each sample, and the orders. Every 8 bytes of the held
// memory differ from all others, so a page that appears in the place of another
// is found too.
#include "app/workload.h"

#include "base/exit.h"
#include "base/log.h"
#include "mm/mm.h"

// --- New pages before each sample --------------------------------------------

static void touch_page(uintptr_t page)
{
    *(volatile uint64_t *)page = page;
}

void workload_touch(uint64_t pages)
{
    uintptr_t page;

    for (uint64_t i = 0; i < pages; i++) {
        if (mm_work.mapped >= WORKLOAD_PAGES) {
            vm_area_shrink(&mm_work, mm_work.bytes);
        }
        if (vm_area_grow(&mm_work, PAGE_SIZE, &page) != OK) {
            vm_area_shrink(&mm_work, mm_work.bytes);
            return;
        }
        touch_page(page);
    }
}

// --- Orders ------------------------------------------------------------------

#define WORDS (PAGE_SIZE / sizeof(uint64_t))

static uint64_t seed;
static uint64_t filled; // bytes, from the beginning

static unsigned long long number(uint64_t value)
{
    return value;
}

static void alloc_order(uint64_t bytes)
{
    uintptr_t at;
    const enum error error = vm_area_grow(&mm_hold, bytes, &at);

    if (error != OK) {
        log_line("error what=\"order alloc\" error=%s bytes=%llu held=%llu",
                 error_name(error), number(bytes), number(mm_hold.bytes));
        return;
    }
    log_line("order alloc bytes=%llu held=%llu", number(bytes),
             number(mm_hold.bytes));
}

// The difference of two successive words of the pattern: odd, so the first 2^64
// words differ from each other.
#define PATTERN_STEP UINT64_C(0xd1342543de82ef95)

// Keeps the patterns of different seeds apart.
#define PATTERN_SEED_FACTOR UINT64_C(0x9e3779b97f4a7c15)

static uint64_t first_word_of(uint64_t page)
{
    return seed * PATTERN_SEED_FACTOR + page * WORDS * PATTERN_STEP;
}

static uint64_t *page_at(uint64_t page)
{
    return (uint64_t *)(mm_hold.base + page * PAGE_SIZE);
}

static void fill_order(uint64_t new_seed)
{
    seed = new_seed;
    filled = mm_hold.bytes;
    for (uint64_t page = 0; page < filled / PAGE_SIZE; page++) {
        uint64_t *words = page_at(page);
        uint64_t value = first_word_of(page);

        for (unsigned i = 0; i < WORDS; i++) {
            words[i] = value;
            value += PATTERN_STEP;
        }
    }
    log_line("order fill seed=%llu pages=%llu", number(seed),
             number(filled / PAGE_SIZE));
}

static bool is_filled(uint64_t page)
{
    const uint64_t *words = page_at(page);
    uint64_t value = first_word_of(page);
    uint64_t wrong = 0;

    for (unsigned i = 0; i < WORDS; i++) {
        wrong |= words[i] ^ value;
        value += PATTERN_STEP;
    }
    return wrong == 0;
}

static void verify_order(void)
{
    uint64_t wrong = 0;
    uint64_t first = 0;

    for (uint64_t page = 0; page < filled / PAGE_SIZE; page++) {
        if (!is_filled(page)) {
            first = wrong == 0 ? page : first;
            wrong++;
        }
    }
    log_line("order verify seed=%llu pages=%llu wrong=%llu first_wrong=%llu",
             number(seed), number(filled / PAGE_SIZE), number(wrong),
             number(first));
}

static void free_order(uint64_t bytes)
{
    const uint64_t all = mm_hold.bytes;
    const uint64_t freed = bytes < all ? round_up(bytes, PAGE_SIZE) : all;

    vm_area_shrink(&mm_hold, freed);
    filled = filled < mm_hold.bytes ? filled : mm_hold.bytes;
    log_line("order free bytes=%llu held=%llu", number(freed),
             number(mm_hold.bytes));
}

void workload_run(const struct order *order)
{
    switch (order->kind) {
    case ORDER_ALLOC:
        alloc_order(order->number);
        break;
    case ORDER_FILL:
        fill_order(order->number);
        break;
    case ORDER_VERIFY:
        verify_order();
        break;
    case ORDER_FREE:
        free_order(order->number);
        break;
    case ORDER_HELP:
        log_line("order help words=\"%s\"", order_usage());
        break;
    default:
        log_line("order end");
        machine_exit(VERDICT_DONE);
    }
}

void workload_run_line(const char *line)
{
    for (;;) {
        const struct slice word = slice_word(&line);
        struct order order;
        const char *what;

        if (word.length == 0) {
            return;
        }
        if (order_parse(word, &order, &what) != OK) {
            char shown[64];

            slice_copy(word, shown, sizeof shown);
            log_line("error what=\"order: %s\" word=\"%s\" words=\"%s\"", what,
                     shown, order_usage());
            return;
        }
        workload_run(&order);
    }
}
