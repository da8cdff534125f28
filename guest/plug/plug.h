// SPDX-License-Identifier: MIT
// The balloon's device and its driver: brought together, kept going, and taken
// apart when the machine's slots change.
#ifndef PLUG_PLUG_H
#define PLUG_PLUG_H

#include "drivers/balloon.h"
#include "virtio/device.h"

struct plug {
    struct virtio_device device; // as a probe function filled it
    struct balloon balloon;      // zeroed before plug_start
    struct balloon_env env;
    bool in; // the driver has the device
};

// Starts the driver on the device that was found. Errors as balloon_start's.
enum error plug_start(struct plug *plug,
                      const struct balloon_env *env) MUST_USE;

// To be called after every wake-up: one step of the driver's, if it has a
// device, then whatever was announced of the slots. A device that comes and
// can't be driven is logged, and left alone. ERR_DEVICE: the driver has given
// its device up; not to be called again.
enum error plug_serve(struct plug *plug) MUST_USE;

// The driver lets its device go, if it has one, and the device's pages are the
// guest's again: for a guest that is to end in order.
void plug_end(struct plug *plug);

#endif
