// SPDX-License-Identifier: MIT
// Requests to inflate and to deflate: arrays of page numbers, several in
// flight, in one direction at a time. For the driver only. VIRTIO 1.4, 5.5.6
// "Device Operation".
#ifndef DRIVERS_BALLOON_INFLATE_H
#define DRIVERS_BALLOON_INFLATE_H

#include "drivers/balloon/balloon.h"

// Pages in one request: its page numbers fill a page. A host page of 2 MiB (512
// balloon pages) is freed only if all of it is in one request.
#define BALLOON_REQUEST_PAGES 1024u

// Sets up both queues, and the memory for page numbers. ERR_UNSUPPORTED: the
// device lacks a queue.
MUST_USE enum error balloon_requests_set_up(struct balloon *balloon);

// After a reset: pages in flight, in either direction, belong to the guest.
void balloon_requests_reset(struct balloon *balloon);

// Requests up to `difference` pages, as many as there is room for and the guest
// can spare; returns their number. Asserts that none is in flight in the other
// direction, unless `difference` is 0.
uint32_t balloon_requests_make(struct balloon *balloon, bool inflate,
                               uint32_t difference);

// Handles all acknowledgements. Returns NULL, or the device's fault.
const char *balloon_requests_take_in(struct balloon *balloon);

#endif
