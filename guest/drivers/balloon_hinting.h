// SPDX-License-Identifier: MIT
// Free page hinting: while the machine is migrated, the device learns which
// pages need not be sent. For the driver only.
// VIRTIO 1.4, 5.5.6.5 "Free Page Hinting".
#ifndef DRIVERS_BALLOON_HINTING_H
#define DRIVERS_BALLOON_HINTING_H

#include "drivers/balloon.h"

// Memory for the commands; the queue stands already.
MUST_USE enum error balloon_hinting_set_up(struct balloon *balloon);

// The device is live.
void balloon_hinting_start(struct balloon *balloon);

// The configuration may have changed; alone: nothing else in it has. NULL, or
// what went wrong.
const char *balloon_hinting_command(struct balloon *balloon, bool alone);

// One bounded step of a round. Takes in what the device has acknowledged: NULL,
// or what it did wrong. Gives what there is. Nothing where hinting was not
// agreed on.
const char *balloon_hinting_take_in(struct balloon *balloon);
void balloon_hinting_give(struct balloon *balloon);

// After each step: waits a little for hints that are out, or, not to `look`,
// not at all. True: something came, another step is due now. False: nothing is
// out, or an interrupt will tell.
bool balloon_hinting_wait(struct balloon *balloon, bool look);

// Somebody needs memory: gives hinted pages back to the guest, before the
// round is over, as the specification lets it. Says how many.
uint32_t balloon_hinting_release(struct balloon *balloon);

// The same for those that are still out: until the device has acknowledged them
// all, for a bounded time. Says how many came back.
uint32_t balloon_hinting_await(struct balloon *balloon);

// After a reset: there is no round, and all pages are the guest's.
void balloon_hinting_reset(struct balloon *balloon);

#endif
