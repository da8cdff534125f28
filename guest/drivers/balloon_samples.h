// SPDX-License-Identifier: MIT
// Giving samples to a device that has a statistics queue. For balloon.c only.
// VIRTIO 1.4, 5.5.6.3 "Memory
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

// Answers every buffer that has come back. ERR_EMPTY: all are answered;
// ERR_DEVICE: the device broke the protocol.
MUST_USE enum error balloon_samples_answer(struct balloon *balloon);

// Counts the wake-ups that find the newest sample untaken, where a device
// tells; also one without a statistics queue.
void balloon_samples_look(struct balloon *balloon);

#endif
