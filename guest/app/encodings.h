// SPDX-License-Identifier: MIT
// Encodings of one sample, correct or not: other statistics, other values,
// other bytes. Pure, except for the behaviour that panics.
// VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
#ifndef APP_ENCODINGS_H
#define APP_ENCODINGS_H

#include "drivers/balloon/policy.h"
#include "app/cmdline.h"

// Writes bytes, length and piece. buffer->stats holds the measured values and
// may be changed. `number` is N of `behave=KIND:N`.
typedef void behaviour_form(struct balloon_buffer *buffer, uint64_t number);

// The encoding of a kind; the correct one for a kind without its own.
behaviour_form *behaviour_form_of(enum behave_kind kind);

// Iterations of the loop that delays an answer: some tenths of a second.
#define LATE_TURNS 50000000u

#endif
