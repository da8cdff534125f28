// SPDX-License-Identifier: MIT
// Pages for the balloon device, in the specification's words: how the driver
// takes pages from the memory manager and gives them back. Each pick ends with
// done or cancel. Runs stay inside one block of 2 MiB. The memory manager
// implements these functions; unit tests of the driver replace them.
// Context: normal, interrupts off. VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef MM_BALLOON_H
#define MM_BALLOON_H

#include "base/error.h"
#include "base/page_run.h"

// Inflating, 5.5.6.1: at most `most` free pages, from the top of RAM down. The
// reservations and MM_MARK_LOW pages stay free. False: no page can be spared.
MUST_USE bool mm_inflate_pick(uint64_t most, struct page_run *run);
void mm_inflate_done(struct page_run run);   // acknowledged: in the balloon
void mm_inflate_cancel(struct page_run run); // after a device reset: free again

// Deflating, 5.5.6.1: at most `most` pages of the balloon. done frees them,
// once the device has acknowledged, or after its reset. False: the balloon is
// empty.
MUST_USE bool mm_deflate_pick(uint64_t most, struct page_run *run);
void mm_deflate_done(struct page_run run);

// Pages still to be inflated, 0 for none: the guest's allocations leave that
// number free, unless mm_deflate_on_oom.
void mm_inflate_demand(uint64_t pages);

// Whether pages become free without a request, since reclaim is due: a target
// that can't be reached now is then no floor.
bool mm_more_will_come(void);

// Whether pages may be deflated under memory pressure (DEFLATE_ON_OOM). If so,
// the balloon's pages count in the guest's total.
void mm_deflate_on_oom(bool agreed);

// Free page reporting, 5.5.6.7: free pages that were not reported since they
// were last in use. They count as free in the statistics, and can't be
// allocated until done. False: there are none.
MUST_USE bool mm_report_pick(struct page_run *run);
void mm_report_done(struct page_run run, bool acknowledged);

// Free page hinting, 5.5.6.5: free pages whose contents may be lost until they
// are released. They count as free in the statistics. False: no page can be
// spared.
MUST_USE bool mm_hint_pick(struct page_run *run);
void mm_hint_done(struct page_run run);   // acknowledged: the device's
void mm_hint_cancel(struct page_run run); // not acknowledged: free again
uint64_t mm_hint_release_all(void); // frees acknowledged ones; their number

// Writes the value into every 32 bits of picked pages (5.5.6.2, PAGE_POISON).
void mm_fill(struct page_run run, uint32_t value);

#endif
