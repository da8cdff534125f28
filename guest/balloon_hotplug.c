// SPDX-License-Identifier: MIT
// An unplug request names a device number, but its bus is not known
// (platform/hotplug/hotplug.h). A device with that number is therefore
// stopped and released, and started again if it is still there.
// VIRTIO 1.4, 3.4.
#include "balloon_hotplug.h"

#include "base/log.h"
#include "platform/hotplug/hotplug.h"
#include "virtio/probe.h"

enum error balloon_hotplug_start(struct balloon_hotplug *hotplug,
                                 const struct balloon_env *env)
{
    hotplug->env = *env;
    const enum error error =
        balloon_start(&hotplug->balloon, &hotplug->device, &hotplug->env);

    hotplug->attached = error == OK;
    return error;
}

static void log_detached(const struct balloon_hotplug *hotplug, const char *how,
                         enum error stopped)
{
    log_line("balloon %s seq=%llu memory=%s", how,
             (unsigned long long)hotplug->balloon.seq,
             stopped == ERR_TIMEOUT ? "lost" : "back");
}

// In this order: the device accesses memory until it is reset, and its
// registers answer until it is released.
static enum error detach(struct balloon_hotplug *hotplug)
{
    const enum error stopped = balloon_stop(&hotplug->balloon);

    virtio_release(&hotplug->device);
    hotplug->attached = false;
    return stopped;
}

// Logs whether the balloon itself was ejected. A device that did not end its
// reset kept its memory; once it is gone, it cannot access the memory, which is
// freed.
static void log_outcome(struct balloon_hotplug *hotplug, enum error stopped)
{
    const bool gone = virtio_device_gone(&hotplug->device);

    if (gone && stopped == ERR_TIMEOUT) {
        stopped = balloon_stop(&hotplug->balloon);
    }
    log_detached(hotplug, gone ? "unplugged" : "stays", stopped);
}

static void attach_new_device(struct balloon_hotplug *hotplug)
{
    struct virtio_search search = {.quiet = true};
    enum error error =
        virtio_probe_pci(VIRTIO_ID_BALLOON, &hotplug->device, &search);

    if (error == ERR_EMPTY) {
        return;
    }
    if (error == OK) {
        log_line("balloon plugged seq=%llu",
                 (unsigned long long)hotplug->balloon.seq);
        search.what = "balloon can't be started";
        error = balloon_hotplug_start(hotplug, &hotplug->env);
    }
    if (error != OK) {
        log_line("error what=\"%s\" error=%s", search.what, error_name(error));
        virtio_release(&hotplug->device);
    }
}

// Whether the removal of the balloon device is, or may be, requested, or has
// happened already.
static bool may_be_removed(const struct balloon_hotplug *hotplug)
{
    struct pci_address at;

    return virtio_function(&hotplug->device, &at) &&
           (hotplug_removal_requested(at) ||
            virtio_device_gone(&hotplug->device));
}

void balloon_hotplug_before_eject(struct balloon_hotplug *hotplug)
{
    hotplug->leaving = hotplug->attached && may_be_removed(hotplug);
    hotplug->stopped = hotplug->leaving ? detach(hotplug) : OK;
}

void balloon_hotplug_after_eject(struct balloon_hotplug *hotplug)
{
    if (hotplug->leaving) {
        hotplug->leaving = false;
        log_outcome(hotplug, hotplug->stopped);
    }
    if (!hotplug->attached) {
        attach_new_device(hotplug);
    }
}

// Removed without a request: the driver has stopped already.
static void detach_vanished(struct balloon_hotplug *hotplug)
{
    virtio_release(&hotplug->device);
    hotplug->attached = false;
    log_detached(hotplug, "vanished", OK);
}

enum error balloon_hotplug_serve(struct balloon_hotplug *hotplug)
{
    const enum error error =
        hotplug->attached ? balloon_serve(&hotplug->balloon) : OK;

    if (error == ERR_EMPTY) {
        detach_vanished(hotplug);
        return OK;
    }
    return error;
}

bool balloon_hotplug_is_due(const struct balloon_hotplug *hotplug)
{
    return hotplug->attached && hotplug->device.pending != 0;
}

void balloon_hotplug_stop(struct balloon_hotplug *hotplug)
{
    if (hotplug->attached) {
        hotplug->attached = false;
        log_detached(hotplug, "stopped", balloon_stop(&hotplug->balloon));
    }
}
