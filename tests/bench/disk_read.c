// SPDX-License-Identifier: MIT
// The guest of scripts/bench-memory: every file of the guest, and `walk=N:S`
// with another meaning. S = 0: N pages of the swap disk are read, one at a
// time, by the same calls as a page fault's, without a fault. S = 1: N pages of
// the task are read in ascending order, a word each. S = 2: the same, written.
// The linker puts __wrap_work_walk in the place of work_walk.
#include "app/work_internal.h"
#include "base/log.h"
#include "base/panic.h"
#include "disks.h"

extern const struct work_kind __wrap_work_walk;

static const struct vm_store *find_swap_disk(void)
{
    for (unsigned i = 0; i < disks_count(); i++) {
        if (!disks_store(i)->read_only) {
            return disks_store(i);
        }
    }
    return NULL;
}

// One frame for all: to take and to give one is a part of a fault.
static paddr frame;
static const struct vm_store *disk;

static bool begin_reading(struct work *work)
{
    work->space = vm_task(work->task);
    work->total = work->order.number;
    disk = find_swap_disk();
    frame = mm_frame_take();
    return disk != NULL && work->total <= vm_pages(work->space);
}

// Slots begin at page 1.
static void read_disk(uint64_t page)
{
    struct vm_io io = {.page = 1 + page, .frame = frame};

    disk->read(disk->ctx, &io, 1);
    assert_that(io.done, "bench: a page that can't be read");
}

static bool read_one(struct work *work)
{
    volatile uint64_t *word = vm_page(work->space, work->done);

    switch (work->order.seed) {
    case 0:
        read_disk(work->done);
        break;
    case 1:
        work->sum += *word;
        break;
    default:
        *word = work->done + 1;
    }
    return true;
}

static void answer_done(const struct work *work)
{
    mm_frame_give(frame);
    log_line("order walk pages=%llu done=%llu sum=%llu", work_long(work->total),
             work_long(work->done), work_long(work->sum));
}

const struct work_kind __wrap_work_walk = {begin_reading, read_one,
                                           answer_done};
