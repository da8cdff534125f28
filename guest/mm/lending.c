// SPDX-License-Identifier: MIT
// Lending to the host within what the guest needs itself, and what the guest
// may have within what the host waits for. VIRTIO 1.4, 5.5.6.
#include "mm/mm.h"

#include "mm/internal.h"

static struct loans loans;
static uint64_t demanded;
static mm_reliever *reliever;

void lending_start(uint64_t *bits)
{
    loans_start(&loans, &mm_frames, bits);
}

uint64_t lending_away(void)
{
    return reliever ? 0 : loans.away;
}

// Free frames that are neither promised nor the reserve.
static uint64_t spare(void)
{
    const uint64_t kept = windows_promised() + MM_RESERVE_PAGES;

    return mm_frames.free > kept ? mm_frames.free - kept : 0;
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

void mm_relieve_by(mm_reliever *by)
{
    reliever = by;
}

bool mm_can_promise(uint64_t frames)
{
    const uint64_t kept = reliever ? 0 : demanded;

    if (spare() >= kept && spare() - kept >= frames) {
        return true;
    }
    return reliever && reliever(frames - spare()) && spare() >= frames;
}
