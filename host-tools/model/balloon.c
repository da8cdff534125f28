// SPDX-License-Identifier: MIT
// Which frames the balloon takes and gives, and when it stops.
#include "model/balloon.h"

#include "model/reclaim.h"

static void take_run(struct model *model, uint64_t first, uint64_t count)
{
    runs_remove(&model->free, first, count);
    runs_add(&model->balloon, first, count);
}

static void give_run(struct model *model, uint64_t first, uint64_t count)
{
    runs_remove(&model->balloon, first, count);
    runs_add(&model->free, first, count);
}

// Single frames depend on the device's batches: their numbers are not claimed.
static void inflate_one(struct model *model)
{
    uint64_t frame;

    model->frames_unknown = true;
    if (!runs_highest_part(&model->free, &frame)) {
        (void)runs_highest_block(&model->free, &frame);
        frame += RUNS_BLOCK - 1;
    }
    take_run(model, frame, 1);
}

static void inflate(struct model *model, uint64_t pages)
{
    while (pages > 0) {
        uint64_t block;

        if (pages >= RUNS_BLOCK && runs_highest_block(&model->free, &block)) {
            take_run(model, block, RUNS_BLOCK);
            pages -= RUNS_BLOCK;
        } else {
            inflate_one(model);
            pages--;
        }
    }
}

// The lowest partly ballooned block that is wholly free without its frames in
// the balloon; else the lowest partly ballooned one.
static uint64_t block_to_empty(const struct model *model)
{
    uint64_t lowest = 0;
    uint64_t from = 0;
    uint64_t block;

    (void)runs_lowest_part(&model->balloon, 0, &lowest);
    while (runs_lowest_part(&model->balloon, from, &block)) {
        if (runs_in_block(&model->balloon, block) +
                runs_in_block(&model->free, block) ==
            RUNS_BLOCK) {
            return block;
        }
        from = block + RUNS_BLOCK;
    }
    return lowest;
}

static void deflate(struct model *model, uint64_t pages)
{
    while (pages > 0) {
        uint64_t block;
        uint64_t part;
        const bool whole = runs_lowest_block(&model->balloon, &block);

        if (whole && pages >= RUNS_BLOCK) {
            give_run(model, block, RUNS_BLOCK);
            pages -= RUNS_BLOCK;
            continue;
        }
        if (runs_lowest_part(&model->balloon, 0, &part)) {
            block = block_to_empty(model);
        }
        model->frames_unknown = true;
        give_run(model, runs_next(&model->balloon, block), 1);
        pages--;
    }
}

void relieve(struct model *model, uint64_t pages)
{
    model->relieved = true;
    deflate(model, pages);
}

static bool inflate_to_low(struct model *model)
{
    const uint64_t wanted = balloon_wants(model);
    const int64_t room = model_room(model);

    if (wanted == 0 || room <= MARK_LOW) {
        return false;
    }
    const uint64_t spare = (uint64_t)(room - MARK_LOW);

    inflate(model, wanted < spare ? wanted : spare);
    return true;
}

void settle(struct model *model)
{
    do {
        background(model);
    } while (inflate_to_low(model));
}

uint64_t model_balloon(struct model *model, uint64_t pages)
{
    if (pages != model->target) {
        model->relieved = false;
    }
    model->target = pages;
    if (model->balloon.count > pages) {
        deflate(model, model->balloon.count - pages);
    }
    settle(model);
    return model->balloon.count;
}

uint64_t model_ballooned(const struct model *model)
{
    return model->balloon.count;
}
