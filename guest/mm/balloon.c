// SPDX-License-Identifier: MIT
// Limits between host and guest: frames that the balloon, reports and hints may
// take, and frames that the guest may reserve. VIRTIO 1.4, 5.5.6.
#include "mm/mm.h"

#include "arch/x86_64/paging.h"
#include "mm/internal.h"
#include "mm/page_reporting.h"

static struct loans loans;
static struct loans hints; // hinted pages, until the device lets go of them
static struct reports reports;
static uint64_t demanded;
static mm_reliever *reliever;
static bool lent_can_be_had;

void lending_start(char *memory)
{
    const size_t bytes = frame_set_bytes(mm_frames.set.count);

    loans_start(&loans, &mm_frames, memory);
    loans_start(&hints, &mm_frames, memory + bytes);
    reports_start(&reports, &mm_frames, memory + 2 * bytes);
}

uint64_t lending_away(void)
{
    return lent_can_be_had ? 0 : loans.away;
}

static uint64_t kept(void)
{
    return mm_frames.reserved + MM_RESERVE_PAGES;
}

// Free frames beyond the reservations and MM_RESERVE_PAGES.
static uint64_t spare(void)
{
    return mm_frames.free > kept() ? mm_frames.free - kept() : 0;
}

bool mm_lend(uint64_t most, struct frame_run *run)
{
    const uint64_t limit = spare();

    return limit != 0 && loans_choose(&loans, most < limit ? most : limit, run);
}

void mm_lent(struct frame_run run)
{
    loans_confirm(&loans, run);
}

bool mm_recall(uint64_t most, struct frame_run *run)
{
    return loans_recall(&loans, most, run);
}

void mm_taken_back(struct frame_run run)
{
    loans_take_back(&loans, run);
}

void mm_demand(uint64_t pages)
{
    demanded = pages;
}

void mm_relieve_by(mm_reliever *somebody)
{
    reliever = somebody;
}

void mm_lent_can_be_had(bool can)
{
    lent_can_be_had = can;
}

// A report in flight can leave fewer free frames than kept(). The number that
// the reliever is asked for includes that difference.
bool mm_can_reserve(uint64_t frames)
{
    const uint64_t wanted = frames + (lent_can_be_had ? 0 : demanded) + kept();
    const uint64_t have = mm_frames.free;

    return have >= wanted ||
           (reliever && reliever(wanted - have) && mm_frames.free >= wanted);
}

uint64_t lending_soon_back(void)
{
    return reports.away + hints.away;
}

// A reserved frame is taken in a page fault, which can't wait for a report in
// flight. So with reservations, a report needs a spare block: its largest size.
bool mm_report(struct frame_run *run)
{
    return (mm_frames.reserved == 0 || spare() >= FRAMES_BLOCK) &&
           reports_choose(&reports, run);
}

void mm_reported(struct frame_run run, bool told)
{
    reports_finish(&reports, run, told);
}

bool mm_hint(struct frame_run *run)
{
    const uint64_t limit = spare();

    return limit != 0 && loans_choose(&hints, limit, run);
}

void mm_hinted(struct frame_run run)
{
    loans_confirm(&hints, run);
}

void mm_unhint(struct frame_run run)
{
    loans_take_back(&hints, run);
}

uint64_t mm_hints_release(void)
{
    const uint64_t before = mm_frames.free;
    struct frame_run run;

    while (loans_recall(&hints, FRAMES_BLOCK, &run)) {
        loans_take_back(&hints, run);
    }
    return mm_frames.free - before;
}

void mm_fill(struct frame_run run, uint32_t value)
{
    for (uint64_t page = 0; page < run.count; page++) {
        uint32_t *words = paging_borrow(paddr_add(run.start, page * PAGE_SIZE));

        for (unsigned i = 0; i < PAGE_SIZE / sizeof *words; i++) {
            words[i] = value;
        }
    }
}
