// SPDX-License-Identifier: MIT
// Orders for the file, swap, the pool of huge pages and free frames.
#include "app/work_internal.h"
#include "base/log.h"
#include "disks.h"

// --- The file ----------------------------------------------------------------

// The first read-only disk is the file. False: there is none.
static bool find_file(void)
{
    work_start_disks();
    for (unsigned i = 0; vm_file_pages() == 0 && i < disks_count(); i++) {
        if (disks_store(i)->read_only) {
            vm_file_set(disks_store(i));
        }
    }
    return vm_file_pages() > 0;
}

static bool begin_load(struct work *work)
{
    const struct order *order = &work->order;

    work->space = vm_file();
    work->total = order->number;
    if (!find_file()) {
        log_line("error what=\"order load: no read-only disk\"");
        return false;
    }
    const uint64_t file = vm_file_pages();

    if (order->page > file || order->number > file - order->page) {
        log_line("error what=\"order load: beyond the file\" pages=%llu "
                 "page=%llu file=%llu",
                 work_long(order->number), work_long(order->page),
                 work_long(file));
        return false;
    }
    uint64_t tables = 0;

    if (order->number > 0 &&
        vm_file_grow(order->page + order->number, &tables) != OK) {
        log_line("error what=\"order load: no memory\" pages=%llu tables=%llu",
                 work_long(order->number), work_long(tables));
        return false;
    }
    return true;
}

static bool touch_load(struct work *work)
{
    const volatile uint64_t *words =
        vm_page(work->space, work->order.page + work->done);

    work->sum += words[0];
    return true;
}

static void answer_load(const struct work *work)
{
    log_line("order load pages=%llu done=%llu sum=%llu", work_long(work->total),
             work_long(work->done), work_long(work->sum));
}

const struct work_kind work_load = {begin_load, touch_load, answer_load};

void work_drop(struct work *work)
{
    (void)work;
    log_line("order drop pages=%llu", work_long(vm_file_drop()));
}

// --- Swap --------------------------------------------------------------------

// Swap on the first writable disk that has mkswap's mark; the error of the last
// one that was tried.
static enum error swap_on(uint64_t *frames)
{
    enum error error = ERR_EMPTY;

    for (unsigned i = 0; i < disks_count(); i++) {
        const struct vm_store *store = disks_store(i);

        if (!store->read_only) {
            error = vm_swap_on(store, frames);
            if (error != ERR_INVALID && error != ERR_DEVICE) {
                break;
            }
        }
    }
    return error;
}

void work_swapon(struct work *work)
{
    static const char *const reasons[ERR_COUNT] = {
        [ERR_EMPTY] = "no writable disk",
        [ERR_INVALID] = "no swap mark",
        [ERR_DEVICE] = "disk error",
        [ERR_FULL] = "already on",
    };

    (void)work;
    work_start_disks();
    uint64_t frames = 0;
    const enum error error = swap_on(&frames);

    if (error == OK) {
        log_line("order swapon slots=%llu frames=%llu",
                 work_long(vm_swap_size().slots), work_long(frames));
    } else if (error == ERR_NO_MEMORY) {
        log_line("error what=\"order swapon: no memory\" frames=%llu",
                 work_long(frames));
    } else {
        log_line("error what=\"order swapon: %s\"", reasons[error]);
    }
}

void work_swapoff(struct work *work)
{
    const struct vm_swap_size size = vm_swap_size();
    const enum error error = vm_swap_off();

    (void)work;
    if (error == OK) {
        log_line("order swapoff frames=%llu", work_long(size.frames));
    } else if (error == ERR_FULL) {
        log_line("error what=\"order swapoff: slots in use\" slots=%llu",
                 work_long(size.used));
    } else {
        log_line("error what=\"order swapoff: not on\"");
    }
}

// --- Huge pages --------------------------------------------------------------

static uint64_t grown;
static uint64_t failed;

static bool begin_huge(struct work *work)
{
    const uint64_t wanted = work->order.number;
    const uint64_t have = vm_pool_blocks();

    grown = 0;
    failed = 0;
    work->total = wanted > have ? wanted - have : have - wanted;
    return true;
}

static void answer_huge(const struct work *work)
{
    (void)work;
    log_line("order huge pool=%llu alloc=%llu fail=%llu",
             work_long(vm_pool_blocks()), work_long(grown), work_long(failed));
}

static bool touch_huge(struct work *work)
{
    if (vm_pool_blocks() < work->order.number) {
        const bool could = vm_pool_grow() == OK;

        grown += could;
        failed += !could;
        if (!could) {
            answer_huge(work);
        }
        return could;
    }
    if (vm_pool_shrink() != OK) {
        log_line("error what=\"order huge: wrong contents\" block=%llu",
                 work_long(vm_pool_blocks()));
        return false;
    }
    return true;
}

const struct work_kind work_huge = {begin_huge, touch_huge, answer_huge};

// --- Frames ------------------------------------------------------------------

void work_frames(struct work *work)
{
    uint64_t first = 0;
    uint64_t count = 0;
    uint64_t runs = 0;
    uint64_t free = 0;

    (void)work;
    while (mm_free_run(first + count, &first, &count)) {
        log_line("order frames first=%llu count=%llu", work_long(first),
                 work_long(count));
        runs++;
        free += count;
    }
    log_line("order frames runs=%llu free=%llu", work_long(runs),
             work_long(free));
}
