// SPDX-License-Identifier: MIT
// Free page reporting: tells the device which pages are free, so that the host
// can use their memory until they are touched. For the driver only. VIRTIO 1.4,
// 5.5.6.7 "Free Page Reporting".
#ifndef DRIVERS_BALLOON_REPORTING_H
#define DRIVERS_BALLOON_REPORTING_H

#include "drivers/balloon/balloon.h"

// Sets up the queue of that number, if PAGE_REPORTING was negotiated.
// ERR_UNSUPPORTED: the device lacks it.
MUST_USE enum error balloon_reporting_set_up(struct balloon *balloon,
                                             uint16_t number);

// One bounded step. take_in handles the acknowledgement and returns NULL, or
// the device's fault; give sends the next report unless one is in flight. Both
// do nothing without PAGE_REPORTING.
const char *balloon_reporting_take_in(struct balloon *balloon);
void balloon_reporting_give(struct balloon *balloon);

// Waits, for a bounded time, until no report is in flight, for a caller that
// needs its pages. Returns how many pages came back.
uint32_t balloon_reporting_await(struct balloon *balloon);

// After a reset: pages of a report in flight belong to the guest, unreported.
void balloon_reporting_reset(struct balloon *balloon);

#endif
