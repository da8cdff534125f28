// SPDX-License-Identifier: MIT
// Orders for the pages of a task. A touch is an ordinary access: whatever it
// costs happens in the page fault.
#include "app/work_internal.h"
#include "base/log.h"

// Each task's pages have places of their own in the pattern.
#define PLACE_TASK 40

static uint64_t place_of(const struct work *work, uint64_t page)
{
    return (uint64_t)work->task << PLACE_TASK | page;
}

static void refuse(const struct work *work, const char *why)
{
    log_line("error what=\"order %s: %s\" task=%u",
             order_name(work->order.kind), why, work->task);
}

void work_task(struct work *work)
{
    const uint64_t number = work->order.number;

    if (number < 1 || number > VM_TASKS) {
        log_line("error what=\"order task: no such task\" task=%llu",
                 work_long(number));
        return;
    }
    work->task = (unsigned)number;
    log_line("order task number=%u", work->task);
}

void work_map(struct work *work)
{
    struct vm_space *task = vm_task(work->task);
    const uint64_t pages = round_up(work->order.number, PAGE_SIZE) / PAGE_SIZE;
    uint64_t tables = 0;

    if (vm_pages(task) > 0) {
        refuse(work, "already mapped");
        return;
    }
    const enum error error = vm_map(task, work->order.number, &tables);

    if (error == OK) {
        log_line("order map task=%u pages=%llu tables=%llu", work->task,
                 work_long(pages), work_long(tables));
    } else if (error == ERR_RANGE) {
        log_line("error what=\"order map: too large\" task=%u pages=%llu",
                 work->task, work_long(pages));
    } else {
        log_line("error what=\"order map: no memory\" task=%u pages=%llu "
                 "tables=%llu",
                 work->task, work_long(pages), work_long(tables));
    }
}

void work_unmap(struct work *work)
{
    struct vm_space *task = vm_task(work->task);
    const uint64_t pages = vm_pages(task);

    if (pages == 0) {
        refuse(work, "not mapped");
        return;
    }
    vm_unmap(task);
    log_line("order unmap task=%u pages=%llu", work->task, work_long(pages));
}

// --- write=N[@P][:S], read=N[@P], walk=N:S -----------------------------------

static bool begin_touching(struct work *work)
{
    work->space = vm_task(work->task);
    work->total = work->order.number;
    work->state = work->order.seed;
    if (vm_pages(work->space) == 0) {
        refuse(work, "not mapped");
        return false;
    }
    return true;
}

static bool begin_range(struct work *work)
{
    const struct order *order = &work->order;

    if (!begin_touching(work)) {
        return false;
    }
    const uint64_t mapped = vm_pages(work->space);

    if (order->page > mapped || order->number > mapped - order->page) {
        log_line("error what=\"order %s: beyond the mapping\" task=%u "
                 "pages=%llu page=%llu mapped=%llu",
                 order_name(order->kind), work->task, work_long(order->number),
                 work_long(order->page), work_long(mapped));
        return false;
    }
    return true;
}

static void write_page(struct work *work, uint64_t page)
{
    uint64_t *words = vm_page(work->space, page);

    work_write_page(words, place_of(work, page), work->order.seed);
    work->sum += words[0];
}

static bool touch_write(struct work *work)
{
    write_page(work, work->order.page + work->done);
    return true;
}

static void answer_sum(const struct work *work)
{
    log_line("order %s task=%u pages=%llu done=%llu sum=%llu",
             order_name(work->order.kind), work->task, work_long(work->total),
             work_long(work->done), work_long(work->sum));
}

const struct work_kind work_write = {begin_range, touch_write, answer_sum};

static bool fail_read(const struct work *work, const char *why, uint64_t page)
{
    log_line("error what=\"order read: %s\" task=%u page=%llu done=%llu", why,
             work->task, work_long(page), work_long(work->done));
    return false;
}

// The contents of a page that was lost in the touch are not judged.
static bool touch_read(struct work *work)
{
    const uint64_t page = work->order.page + work->done;
    const volatile uint64_t *words = vm_page(work->space, page);

    if (vm_is_empty(work->space, page)) {
        return fail_read(work, "not written", page);
    }
    work->sum += words[0];
    return vm_is_ending() || work_is_pattern((const uint64_t *)words) ||
           fail_read(work, "wrong contents", page);
}

const struct work_kind work_read = {begin_range, touch_read, answer_sum};

// splitmix64: the state is a counter with a fixed step, the draw a mix of it.
static uint64_t draw(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool touch_walk(struct work *work)
{
    write_page(work, draw(&work->state) % vm_pages(work->space));
    return true;
}

const struct work_kind work_walk = {begin_touching, touch_walk, answer_sum};
