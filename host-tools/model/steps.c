// SPDX-License-Identifier: MIT
// The orders in steps: those that touch pages, and `huge`.
#include "model/orders.h"

#include <assert.h>
#include <inttypes.h>

#include "model/answer.h"
#include "model/held.h"
#include "model/touch.h"

#define SEED_FACTOR UINT64_C(0x9e3779b97f4a7c15)
#define WORD_FACTOR UINT64_C(0xd1342543de82ef95)
#define TASK_PAGES (UINT64_C(1) << 40)
#define PAGE_WORDS UINT64_C(512)

// Word 0 of a page that `write` or `walk` wrote.
static uint64_t written_word(unsigned task, uint64_t page, uint64_t seed)
{
    return seed * SEED_FACTOR +
           (task * TASK_PAGES + page) * PAGE_WORDS * WORD_FACTOR;
}

// splitmix64
static uint64_t draw(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool is_of_a_task(enum order_kind kind)
{
    return kind == ORDER_WRITE || kind == ORDER_READ || kind == ORDER_WALK;
}

// --- Refusals ----------------------------------------------------------------

static bool goes_beyond(const struct order *order, uint64_t pages)
{
    return order->page > pages || order->number > pages - order->page;
}

static bool task_refused(const struct model *model, struct buffer *out)
{
    const struct order *order = &model->running.order;
    const uint64_t pages = model->tasks[model->task].pages;

    if (pages == 0) {
        answer_error(out, order, "not mapped", "task=%u", model->task);
        return true;
    }
    if (order->kind != ORDER_WALK && goes_beyond(order, pages)) {
        answer_error(out, order, "beyond the mapping",
                     "task=%u pages=%" PRIu64 " page=%" PRIu64
                     " mapped=%" PRIu64,
                     model->task, order->number, order->page, pages);
        return true;
    }
    return false;
}

// The file's tables cover whole groups, and no more than the file.
static uint64_t file_tables_lacking(const struct model *model)
{
    const struct order *order = &model->running.order;
    const uint64_t end =
        (order->page + order->number + GROUP - 1) / GROUP * GROUP;
    const uint64_t all = model->machine.file_pages;

    return order->number == 0
               ? 0
               : tables_lacking(end < all ? end : all, model->file_tables);
}

static bool load_refused(struct model *model, struct buffer *out)
{
    const struct order *order = &model->running.order;
    const uint64_t pages = model->machine.file_pages;

    if (!model->machine.file_disk) {
        answer_refused(out, order, "no read-only disk");
        return true;
    }
    if (goes_beyond(order, pages)) {
        answer_error(out, order, "beyond the file",
                     "pages=%" PRIu64 " page=%" PRIu64 " file=%" PRIu64,
                     order->number, order->page, pages);
        return true;
    }
    const uint64_t tables = file_tables_lacking(model);

    if (!order_fits(model, tables)) {
        answer_error(out, order, "no memory",
                     "pages=%" PRIu64 " tables=%" PRIu64, order->number,
                     tables);
        return true;
    }
    for (uint64_t i = 0; i < tables; i++) {
        (void)take_frame(model);
    }
    model->file_tables += tables;
    return false;
}

// --- The beginning -----------------------------------------------------------

// False: the order is refused, and answered.
static bool begin(struct model *model, struct buffer *out)
{
    struct running *running = &model->running;
    struct order *order = &running->order;

    switch (order->kind) {
    case ORDER_LOAD:
        return !load_refused(model, out);
    case ORDER_FILL:
        model->fill_seed = order->number;
        model->filled = model->held_pages;
        order->number = model->filled;
        return true;
    case ORDER_VERIFY:
        order->number = model->filled;
        return true;
    case ORDER_WALK:
        running->state = order->seed;
        return !task_refused(model, out);
    case ORDER_HUGE:
        return true;
    default:
        return !task_refused(model, out);
    }
}

// --- Touches -----------------------------------------------------------------

// Whether `read` meets a page that was never touched.
static bool is_empty(const struct model *model, uint64_t page)
{
    const uint64_t place = page_of(model->task, page);

    return !sorted_find(&model->anonymous.memory, place) &&
           !sorted_find(&model->out, place);
}

static uint64_t next_page(struct model *model)
{
    struct running *running = &model->running;

    if (running->order.kind == ORDER_WALK) {
        return draw(&running->state) % model->tasks[model->task].pages;
    }
    return running->order.page + running->done;
}

// Word 0 behind the touch.
static uint64_t touch(struct model *model, uint64_t page)
{
    struct running *running = &model->running;
    const struct order *order = &running->order;

    if (order->kind == ORDER_FILL || order->kind == ORDER_VERIFY) {
        held_touch(model, page);
        return 0;
    }
    if (order->kind == ORDER_LOAD) {
        return touch_file(model, page, &running->ending);
    }
    const uint64_t word =
        touch_anonymous(model, model->task, page, &running->ending);

    if (order->kind == ORDER_READ) {
        return word;
    }
    const uint64_t written = written_word(model->task, page, order->seed);

    write_word(model, model->task, page, written);
    return written;
}

// --- Answers -----------------------------------------------------------------

static void answer_done(const struct model *model, struct buffer *out)
{
    const struct running *running = &model->running;
    const struct order *order = &running->order;

    if (order->kind == ORDER_FILL) {
        answer(out, order, "seed=%" PRIu64 " pages=%" PRIu64, model->fill_seed,
               order->number);
    } else if (order->kind == ORDER_VERIFY) {
        answer(out, order,
               "seed=%" PRIu64 " pages=%" PRIu64 " wrong=0 first_wrong=0",
               model->fill_seed, order->number);
    } else if (order->kind == ORDER_LOAD) {
        answer(out, order, "pages=%" PRIu64 " done=%" PRIu64 " sum=%" PRIu64,
               order->number, running->done, running->sum);
    } else {
        answer(out, order,
               "task=%u pages=%" PRIu64 " done=%" PRIu64 " sum=%" PRIu64,
               model->task, order->number, running->done, running->sum);
    }
}

// An error at a page, after `done` touches.
static void answer_at_page(const struct model *model, struct buffer *out,
                           const char *reason, uint64_t page)
{
    const struct running *running = &model->running;

    if (is_of_a_task(running->order.kind)) {
        answer_error(out, &running->order, reason,
                     "task=%u page=%" PRIu64 " done=%" PRIu64, model->task,
                     page, running->done);
    } else {
        answer_error(out, &running->order, reason,
                     "page=%" PRIu64 " done=%" PRIu64, page, running->done);
    }
}

// The step behind a touch that was the last one.
static void end_early(struct model *model, struct buffer *out)
{
    const struct running *running = &model->running;
    const bool lost = running->ending == ENDING_LOST;
    const bool of_a_task = is_of_a_task(running->order.kind);

    if (of_a_task) {
        unmap_task(model, model->task);
    } else if (lost && sorted_find(&model->file.memory, running->last)) {
        leave_memory(model, &model->file, running->last);
    }
    if (lost) {
        answer_at_page(model, out, "page lost", running->last);
    } else if (of_a_task) {
        answer(out, &running->order,
               "task=%u pages=%" PRIu64 " done=%" PRIu64 " killed=oom",
               model->task, running->order.number, running->done);
    } else {
        answer_at_page(model, out, "no memory", running->last);
    }
}

// --- Steps -------------------------------------------------------------------

// Touches until the step or the order ends. True: the order is answered.
static bool step_of_touches(struct model *model, struct buffer *out)
{
    struct running *running = &model->running;
    const struct order *order = &running->order;

    for (uint64_t i = 0; i < model->pace && running->done < order->number;
         i++) {
        const uint64_t page = next_page(model);

        if (order->kind == ORDER_READ && is_empty(model, page)) {
            answer_at_page(model, out, "not written", page);
            return true;
        }
        running->last = page;
        running->sum += touch(model, page);
        running->done++;
        if (running->ending != ENDING_NONE) {
            return false;
        }
    }
    if (running->done < order->number) {
        return false;
    }
    answer_done(model, out);
    return true;
}

// One block. True: the order is answered.
static bool step_of_huge(struct model *model, struct buffer *out)
{
    struct running *running = &model->running;
    const uint64_t wanted = running->order.number;
    bool failed = false;

    if (model->pool.count > wanted) {
        pool_shrink(model);
        running->done++;
    } else if (model->pool.count < wanted) {
        failed = !pool_grow(model);
        running->grown += !failed;
        running->done += !failed;
    }
    if (!failed && model->pool.count != wanted) {
        return false;
    }
    answer(out, &running->order, "pool=%" PRIu64 " alloc=%" PRIu64 " fail=%d",
           model->pool.count, running->grown, failed);
    return true;
}

static bool step(struct model *model, struct buffer *out)
{
    struct running *running = &model->running;

    if (!running->begun) {
        running->begun = true;
        if (!begin(model, out)) {
            return true;
        }
    }
    if (running->ending != ENDING_NONE) {
        end_early(model, out);
        return true;
    }
    return running->order.kind == ORDER_HUGE ? step_of_huge(model, out)
                                             : step_of_touches(model, out);
}

void order_step(struct model *model, struct buffer *out)
{
    assert(model->running.open);
    if (order_at_once(model, out) || step(model, out)) {
        model->running.open = false;
    }
}
