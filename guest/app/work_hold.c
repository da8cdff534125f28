// SPDX-License-Identifier: MIT
// Orders for held memory: memory that belongs to no task, stays, and is never
// swapped. Every 8 bytes of it differ from all others, so a page that appears
// in the place of another is found too.
#include "app/work_internal.h"
#include "base/log.h"
#include "mm/mm.h"

static uint64_t seed;
static uint64_t filled; // bytes, from the beginning

void work_write_page(uint64_t *words, uint64_t place, uint64_t of_seed)
{
    uint64_t value =
        of_seed * PATTERN_SEED_FACTOR + place * PATTERN_WORDS * PATTERN_STEP;

    for (unsigned i = 0; i < PATTERN_WORDS; i++) {
        words[i] = value;
        value += PATTERN_STEP;
    }
}

bool work_is_pattern(const uint64_t *words)
{
    uint64_t value = words[0];
    uint64_t wrong = 0;

    for (unsigned i = 0; i < PATTERN_WORDS; i++) {
        wrong |= words[i] ^ value;
        value += PATTERN_STEP;
    }
    return wrong == 0;
}

void work_alloc(struct work *work)
{
    const uint64_t bytes = work->order.number;
    uintptr_t at;
    const enum error error = vm_area_grow(&mm_hold, bytes, &at);

    if (error != OK) {
        log_line("error what=\"order alloc: %s\" bytes=%llu held=%llu",
                 error == ERR_RANGE ? "too large" : "no memory",
                 work_long(bytes), work_long(mm_hold.bytes));
        return;
    }
    log_line("order alloc bytes=%llu held=%llu", work_long(bytes),
             work_long(mm_hold.bytes));
}

void work_free(struct work *work)
{
    const uint64_t bytes = work->order.number;
    const uint64_t all = mm_hold.bytes;
    const uint64_t freed = bytes < all ? round_up(bytes, PAGE_SIZE) : all;

    vm_area_shrink(&mm_hold, freed);
    filled = filled < mm_hold.bytes ? filled : mm_hold.bytes;
    log_line("order free bytes=%llu held=%llu", work_long(freed),
             work_long(mm_hold.bytes));
}

static uint64_t *page_at(uint64_t page)
{
    return (uint64_t *)(mm_hold.base + page * PAGE_SIZE);
}

// --- fill=S ------------------------------------------------------------------

static bool begin_fill(struct work *work)
{
    seed = work->order.number;
    filled = mm_hold.bytes;
    work->total = filled / PAGE_SIZE;
    return true;
}

static bool fill_page(struct work *work)
{
    work_write_page(page_at(work->done), work->done, seed);
    return true;
}

static void answer_fill(const struct work *work)
{
    log_line("order fill seed=%llu pages=%llu", work_long(seed),
             work_long(work->total));
}

const struct work_kind work_fill = {begin_fill, fill_page, answer_fill};

// --- verify ------------------------------------------------------------------

static uint64_t first_wrong;

static bool begin_verify(struct work *work)
{
    first_wrong = 0;
    work->total = filled / PAGE_SIZE;
    return true;
}

static bool verify_page(struct work *work)
{
    const uint64_t *words = page_at(work->done);
    const uint64_t right =
        seed * PATTERN_SEED_FACTOR + work->done * PATTERN_WORDS * PATTERN_STEP;

    if (words[0] != right || !work_is_pattern(words)) {
        first_wrong = work->state == 0 ? work->done : first_wrong;
        work->state++; // wrong pages
    }
    return true;
}

static void answer_verify(const struct work *work)
{
    log_line("order verify seed=%llu pages=%llu wrong=%llu first_wrong=%llu",
             work_long(seed), work_long(work->total), work_long(work->state),
             work_long(first_wrong));
}

const struct work_kind work_verify = {begin_verify, verify_page, answer_verify};
