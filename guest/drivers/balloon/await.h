// SPDX-License-Identifier: MIT
// Waiting, in need of memory, until the device acknowledges pages in flight.
// For the driver only. VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef DRIVERS_BALLOON_AWAIT_H
#define DRIVERS_BALLOON_AWAIT_H

#include "drivers/balloon/balloon.h"

// One kind of buffer in flight, with its name in the log.
struct balloon_outstanding {
    const char *what;
    const char *unit;
    unsigned (*count)(const struct balloon *balloon);
    // Handles acknowledgements. Returns NULL, or the device's fault.
    const char *(*take_in)(struct balloon *balloon);
    // Notifies the device, at the start and then at intervals; NULL: never.
    void (*ask)(struct balloon *balloon);
};

// Waits, for a bounded time, until no buffer of that kind is in flight: the
// device may serve its queue in another thread. False: the device broke the
// protocol, which the next step detects again, or the time ran out, which is
// logged.
MUST_USE bool balloon_await(struct balloon *balloon,
                            const struct balloon_outstanding *out);

#endif
