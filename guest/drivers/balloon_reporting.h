// SPDX-License-Identifier: MIT
// Free page reporting: telling the device of pages that nobody uses, so that
// their memory can serve others until they are touched. For the driver only.
// VIRTIO 1.4, 5.5.6.7 "Free Page Reporting".
#ifndef DRIVERS_BALLOON_REPORTING_H
#define DRIVERS_BALLOON_REPORTING_H

#include "drivers/balloon.h"

// One bounded step. Takes in what the device has acknowledged: NULL, or what it
// did wrong. Gives the next report, unless one is out. Nothing where reporting
// was not agreed on.
const char *balloon_reporting_take_in(struct balloon *balloon);
void balloon_reporting_give(struct balloon *balloon);

// Until no page is on report, for a bounded time: somebody needs them. Says how
// many came back.
uint32_t balloon_reporting_await(struct balloon *balloon);

// After a reset: what was on report is the guest's, and unreported.
void balloon_reporting_reset(struct balloon *balloon);

#endif
