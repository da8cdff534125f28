// SPDX-License-Identifier: MIT
// Limits between host and guest: frames that the balloon, reports and hints may
// take, and frames that the guest may reserve. VIRTIO 1.4, 5.5.6.
#include "mm/balloon.h"

#include "arch/x86_64/paging.h"
#include "mm/device_frames.h"
#include "mm/internal.h"
#include "mm/page_reporting.h"
#include "mm/room.h"

static struct device_frames ballooned;
static struct device_frames hinted; // until the round ends
static struct page_reporting reporting;
static uint64_t demanded;
static bool on_oom;

void balloon_frames_start(char *memory)
{
    const size_t bytes = frame_set_bytes(mm_frames.set.count);

    device_frames_start(&ballooned, &mm_frames, memory);
    device_frames_start(&hinted, &mm_frames, memory + bytes);
    page_reporting_start(&reporting, &mm_frames, memory + 2 * bytes);
}

uint64_t balloon_frames_away(void)
{
    return on_oom ? 0 : ballooned.away;
}

uint64_t balloon_frames_counted_free(void)
{
    return mm_frames.free + reporting.in_flight + hinted.away;
}

bool mm_inflate_pick(uint64_t most, struct page_run *run)
{
    const uint64_t limit = mm_spare(mm_frames.free, MM_MARK_LOW);

    return limit != 0 &&
           device_frames_pick(&ballooned, most < limit ? most : limit, run);
}

void mm_inflate_done(struct page_run run)
{
    device_frames_done(&ballooned, run);
}

void mm_inflate_cancel(struct page_run run)
{
    device_frames_release(&ballooned, run);
}

bool mm_deflate_pick(uint64_t most, struct page_run *run)
{
    return device_frames_pick_back(&ballooned, most, run);
}

void mm_deflate_done(struct page_run run)
{
    device_frames_release(&ballooned, run);
}

void mm_inflate_demand(uint64_t pages)
{
    demanded = pages;
}

void mm_deflate_on_oom(bool agreed)
{
    on_oom = agreed;
}

bool mm_balloon_wants(void)
{
    return demanded > 0;
}

uint64_t balloon_frames_demanded(void)
{
    return on_oom ? 0 : demanded;
}

// A page fault that finds its reserved frame in a report waits for it. So with
// reservations a report needs a spare block: its largest size.
bool mm_report_pick(struct page_run *run)
{
    return (mm_frames.reserved == 0 ||
            mm_spare(mm_frames.free, MM_MARK_MIN) >= FRAMES_BLOCK) &&
           page_reporting_pick(&reporting, run);
}

void mm_report_done(struct page_run run, bool acknowledged)
{
    page_reporting_done(&reporting, run, acknowledged);
}

bool mm_hint_pick(struct page_run *run)
{
    const uint64_t limit = mm_spare(mm_frames.free, MM_MARK_MIN);

    return limit != 0 && device_frames_pick(&hinted, limit, run);
}

void mm_hint_done(struct page_run run)
{
    device_frames_done(&hinted, run);
}

void mm_hint_cancel(struct page_run run)
{
    device_frames_release(&hinted, run);
}

uint64_t mm_hint_release_all(void)
{
    const uint64_t before = mm_frames.free;
    struct page_run run;

    while (device_frames_pick_back(&hinted, FRAMES_BLOCK, &run)) {
        device_frames_release(&hinted, run);
    }
    return mm_frames.free - before;
}

void mm_fill(struct page_run run, uint32_t value)
{
    for (uint64_t page = 0; page < run.count; page++) {
        uint32_t *words =
            paging_borrow(paddr_add(page_run_start(run), page * PAGE_SIZE));

        for (unsigned i = 0; i < PAGE_SIZE / sizeof *words; i++) {
            words[i] = value;
        }
    }
}
