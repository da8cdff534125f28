// SPDX-License-Identifier: MIT
// Free page hinting: during a migration the device learns which pages need not
// be sent. For the driver only. VIRTIO 1.4, 5.5.6.5 "Free Page Hinting".
#ifndef DRIVERS_BALLOON_HINTING_H
#define DRIVERS_BALLOON_HINTING_H

#include "drivers/balloon/balloon.h"

// Sets up the queue of that number and the commands' memory, if FREE_PAGE_HINT
// was negotiated. ERR_UNSUPPORTED: the device lacks the queue.
MUST_USE enum error balloon_hinting_set_up(struct balloon *balloon,
                                           uint16_t number);

// Called once the device is live.
void balloon_hinting_start(struct balloon *balloon);

// Handles a configuration change; `alone`: the target has not changed. Returns
// NULL, or the reason of an error.
const char *balloon_hinting_command(struct balloon *balloon, bool alone);

// One bounded step of a round. take_in handles acknowledgements and returns
// NULL, or the device's fault; give sends the hints that are due. Both do
// nothing without FREE_PAGE_HINT.
const char *balloon_hinting_take_in(struct balloon *balloon);
void balloon_hinting_give(struct balloon *balloon);

// After each step: polls for hints in flight for a short time; without `look`,
// not at all. True: a buffer was used, the next step is due now. False: no hint
// is in flight, or an interrupt will announce the next used buffer.
bool balloon_hinting_wait(struct balloon *balloon, bool look);

// Frees acknowledged hinted pages before the round ends, as the specification
// permits. Returns their number.
uint32_t balloon_hinting_release(struct balloon *balloon);

// Waits, for a bounded time, until the device has acknowledged every hint in
// flight, then releases them. Returns their number.
uint32_t balloon_hinting_await(struct balloon *balloon);

// After a reset: ends the round; all pages belong to the guest.
void balloon_hinting_reset(struct balloon *balloon);

#endif
