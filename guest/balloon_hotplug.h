// SPDX-License-Identifier: MIT
// The balloon device and its driver: connected, served, and disconnected when a
// device is removed or added.
#ifndef BALLOON_HOTPLUG_H
#define BALLOON_HOTPLUG_H

#include "drivers/balloon/balloon.h"
#include "virtio/device.h"

struct balloon_hotplug {
    struct virtio_device device; // as a probe function filled it
    struct balloon balloon;      // zeroed before balloon_hotplug_start
    struct balloon_env env;
    bool attached; // the driver has the device
};

// Starts the driver on the device that was found. Errors as balloon_start's.
enum error balloon_hotplug_start(struct balloon_hotplug *hotplug,
                                 const struct balloon_env *env) MUST_USE;

// The caller calls this after every wake-up: one step of the driver, if it has
// a device, then all announced hot-plug events. A new device that can't be
// driven is logged and left alone. ERR_DEVICE: the driver has given up its
// device; no further call may follow.
enum error balloon_hotplug_serve(struct balloon_hotplug *hotplug) MUST_USE;

// Stops the driver, if it has a device; the device's pages belong to the guest
// again. For an orderly end of the guest.
void balloon_hotplug_stop(struct balloon_hotplug *hotplug);

#endif
