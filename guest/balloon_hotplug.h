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
    bool attached;      // the driver has the device
    bool leaving;       // stopped before an ejection, which it may survive
    enum error stopped; // with this result
};

// Starts the driver on the device that was found. Errors as balloon_start's.
enum error balloon_hotplug_start(struct balloon_hotplug *hotplug,
                                 const struct balloon_env *env) MUST_USE;

// The caller calls this after every wake-up: one step of the driver, if it has
// a device. ERR_DEVICE: the driver has given up its device; no further call may
// follow.
enum error balloon_hotplug_serve(struct balloon_hotplug *hotplug) MUST_USE;

// Whether an event came since that call has looked: a disk was waited for with
// interrupts on. No interrupt announces it again.
bool balloon_hotplug_is_due(const struct balloon_hotplug *hotplug);

// Hot-plug, between hotplug_read and hotplug_eject, and after hotplug_eject
// (platform/hotplug/hotplug.h): the driver releases a device that may be
// removed, then starts on the device that is there. One that can't be driven is
// logged and left alone.
void balloon_hotplug_before_eject(struct balloon_hotplug *hotplug);
void balloon_hotplug_after_eject(struct balloon_hotplug *hotplug);

// Stops the driver, if it has a device; the device's pages belong to the guest
// again. For an orderly end of the guest.
void balloon_hotplug_stop(struct balloon_hotplug *hotplug);

#endif
