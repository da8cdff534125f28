// SPDX-License-Identifier: MIT
// Giving samples to a device that has a statistics queue. For balloon.c only;
// which buffers have come back is its business. VIRTIO 1.4, 5.5.6.3 "Memory
// Statistics".
#ifndef DRIVERS_BALLOON_SAMPLES_H
#define DRIVERS_BALLOON_SAMPLES_H

#include "drivers/balloon.h"

// Before DRIVER_OK: lays the first sample into the queue.
void balloon_samples_prime(struct balloon *balloon);

// After DRIVER_OK: notifies the device of it.
void balloon_samples_start(struct balloon *balloon);

// Gives a fresh sample, and notifies the device if it wants to be, while it is
// to have one: by the book if it has none.
void balloon_samples_give(struct balloon *balloon);

#endif
