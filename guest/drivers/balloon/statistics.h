// SPDX-License-Identifier: MIT
// Samples for a device that has a statistics queue. For balloon.c only. VIRTIO
// 1.4, 5.5.6.3 "Memory Statistics".
#ifndef DRIVERS_BALLOON_STATISTICS_H
#define DRIVERS_BALLOON_STATISTICS_H

#include "drivers/balloon/balloon.h"

// Sets up the statistics queue and its buffers. OK without them too: then the
// driver runs without statistics.
MUST_USE enum error balloon_samples_set_up(struct balloon *balloon);

// Before DRIVER_OK: adds the first sample to the queue.
void balloon_samples_prime(struct balloon *balloon);

// After DRIVER_OK: notifies the device of it.
void balloon_samples_start(struct balloon *balloon);

// Gives fresh samples while the device is due one (as specified: while it holds
// none), and notifies it if it asks for that.
void balloon_samples_give(struct balloon *balloon);

// Answers every used buffer. ERR_EMPTY: all are answered. OK: one step's
// maximum was reached. ERR_DEVICE: the device broke the protocol.
MUST_USE enum error balloon_samples_answer(struct balloon *balloon);

// Counts the wake-ups that find the newest sample not taken, if the device
// shows what it takes. May be called without a statistics queue.
void balloon_samples_look(struct balloon *balloon);

#endif
