// SPDX-License-Identifier: MIT
// Held memory and the pool of huge pages.
#include "model/held.h"

#include "model/touch.h"

bool held_grow(struct model *model, uint64_t pages)
{
    const uint64_t tables =
        tables_lacking(model->held_pages + pages, model->held_tables);

    if (!order_fits(model, pages + tables)) {
        return false;
    }
    for (uint64_t i = 0; i < tables; i++) {
        (void)take_frame(model);
    }
    model->held_tables += tables;
    model->held_pages += pages;
    model->promised += pages;
    return true;
}

void held_shrink(struct model *model, uint64_t pages)
{
    const uint64_t kept = model->held_pages - pages;
    const uint64_t before = model->held.count;
    const struct sorted_entry *page;

    while ((page = sorted_from(&model->held, kept))) {
        free_frame(model, page->place);
        sorted_remove(&model->held, page->key);
    }
    model->promised -= pages - (before - model->held.count);
    model->held_pages = kept;
    if (model->filled > kept) {
        model->filled = kept;
    }
}

void held_touch(struct model *model, uint64_t page)
{
    if (!sorted_find(&model->held, page)) {
        sorted_add(&model->held, page, take_frame(model), 0);
        model->promised--;
        model->counted[MODEL_MINOR_FAULTS]++;
    }
}

// Tables that a pool of `blocks` lacks.
static uint64_t pool_lacks(const struct model *model, uint64_t blocks)
{
    const uint64_t tables = (blocks + 511) / 512 + 1;

    return tables > model->pool_tables ? tables - model->pool_tables : 0;
}

bool pool_grow(struct model *model)
{
    const uint64_t size = model->pool.count;
    const uint64_t tables = pool_lacks(model, size + 1);
    const int64_t needed = (int64_t)(MARK_MIN + RUNS_BLOCK + tables);
    uint64_t block;

    if (model_room(model) < needed ||
        !runs_highest_block(&model->free, &block)) {
        model->counted[MODEL_HTLB_PGFAIL]++;
        return false;
    }
    runs_remove(&model->free, block, RUNS_BLOCK);
    sorted_add(&model->pool, size, block, 0);
    for (uint64_t i = 0; i < tables; i++) {
        (void)take_frame(model);
    }
    model->pool_tables += tables;
    model->counted[MODEL_HTLB_PGALLOC]++;
    return true;
}

void pool_shrink(struct model *model)
{
    const struct sorted_entry *newest =
        sorted_find(&model->pool, model->pool.count - 1);

    runs_add(&model->free, newest->place, RUNS_BLOCK);
    sorted_remove(&model->pool, newest->key);
}
