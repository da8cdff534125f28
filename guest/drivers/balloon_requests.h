// SPDX-License-Identifier: MIT
// Requests to inflate and to deflate: arrays of page numbers, many in flight,
// in one direction at a time. For the driver only.
// VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef DRIVERS_BALLOON_REQUESTS_H
#define DRIVERS_BALLOON_REQUESTS_H

#include "drivers/balloon.h"

// Pages in one request: as many page numbers as fill a page. A host page of
// 2 MiB, 512 of ours, is given up only if all of it is in one request.
#define BALLOON_REQUEST_PAGES 1024u

// Memory for the page numbers; the queues stand already.
MUST_USE enum error balloon_requests_set_up(struct balloon *balloon);

// After a reset: what was on its way, in either direction, is the guest's.
void balloon_requests_reset(struct balloon *balloon);

// Requests up to `difference` pages, as many as there is room for and the
// guest can spare; says how many. Asserts that nothing goes the other way,
// unless it is 0.
uint32_t balloon_requests_make(struct balloon *balloon, bool inflate,
                               uint32_t difference);

// Takes in all that the device has acknowledged. NULL, or what it did wrong.
const char *balloon_requests_take_in(struct balloon *balloon);

#endif
