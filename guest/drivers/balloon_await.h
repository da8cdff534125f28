// SPDX-License-Identifier: MIT
// Waiting for what is out with the device, when somebody needs it at once. For
// the driver only. VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef DRIVERS_BALLOON_AWAIT_H
#define DRIVERS_BALLOON_AWAIT_H

#include "drivers/balloon.h"

// One kind of what can be out, and what it is called in the log.
struct balloon_outstanding {
    const char *what;
    const char *unit;
    unsigned (*count)(const struct balloon *balloon);
    // Takes in what was acknowledged. NULL, or what the device did wrong.
    const char *(*take_in)(struct balloon *balloon);
    // Asks the device again, at first and now and then; NULL: it is not asked.
    void (*ask)(struct balloon *balloon);
};

// Until nothing of that kind is out, for a bounded time: the device may have to
// come to it in another thread. False: it did something wrong, which the next
// step finds again, or took too long, which a line says.
MUST_USE bool balloon_await(struct balloon *balloon,
                            const struct balloon_outstanding *out);

#endif
