// SPDX-License-Identifier: MIT
// The balloon's size, step by step. For the driver only. VIRTIO 1.4, 5.5.6
// "Device Operation".
#ifndef DRIVERS_BALLOON_PAGES_H
#define DRIVERS_BALLOON_PAGES_H

#include "drivers/balloon.h"

// Tells the guest what was agreed on, once features are settled.
void balloon_pages_agree(struct balloon *balloon);

// One bounded step towards the target: takes in what the device has done,
// tells it the balloon's size, and gives it the next requests. NULL, or what
// the device did wrong. Cheap when there is nothing to do.
const char *balloon_pages_step(struct balloon *balloon);

// The device is no more: whatever it had is the guest's again.
void balloon_pages_forget(struct balloon *balloon);

#endif
