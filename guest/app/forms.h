// SPDX-License-Identifier: MIT
// What a behaviour makes of one sample: other statistics, other values, other
// bytes. Pure, but for the one that panics.
// VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
#ifndef APP_FORMS_H
#define APP_FORMS_H

#include "drivers/balloon_policy.h"
#include "platform/cmdline.h"

// Writes bytes, length and piece; buffer->stats holds what was measured and
// may be changed. `number` is the behaviour's own.
typedef void behaviour_form(struct balloon_buffer *buffer, uint64_t number);

// The form of a kind; that of a kind without one is the book's.
behaviour_form *behaviour_form_of(enum behave_kind kind);

// Turns of the loop that makes an answer late: tenths of a second.
#define LATE_TURNS 50000000u

#endif
