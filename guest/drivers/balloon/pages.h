// SPDX-License-Identifier: MIT
// The balloon's size, step by step. For the driver only. VIRTIO 1.4, 5.5.6
// "Device Operation".
#ifndef DRIVERS_BALLOON_PAGES_H
#define DRIVERS_BALLOON_PAGES_H

#include "drivers/balloon/balloon.h"

// Passes the negotiated rules to the env, once features are settled.
void balloon_pages_agree(struct balloon *balloon);

// One bounded step towards the target: handles acknowledgements, writes
// `actual` and sends the next requests. Returns NULL, or the device's fault.
// Cheap when there is nothing to do.
const char *balloon_pages_step(struct balloon *balloon);

// After the last reset: every page of the balloon belongs to the guest again.
void balloon_pages_forget(struct balloon *balloon);

#endif
