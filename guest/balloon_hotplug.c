// SPDX-License-Identifier: MIT
// An unplug request names a device number, but its bus is not known
// (platform/hotplug/hotplug.h). So a device with that number is stopped and
// released, and started again if it proves to be still there. VIRTIO 1.4, 3.4.
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

    hotplug->in = error == OK;
    return error;
}

static void log_out(const struct balloon_hotplug *hotplug, const char *how,
                    enum error stopped)
{
    log_line("balloon %s seq=%llu memory=%s", how,
             (unsigned long long)hotplug->balloon.seq,
             stopped == ERR_TIMEOUT ? "lost" : "back");
}

// In this order: the device accesses memory until it is reset, and its
// registers answer until it is released.
static enum error let_go(struct balloon_hotplug *hotplug)
{
    const enum error stopped = balloon_stop(&hotplug->balloon);

    virtio_release(&hotplug->device);
    hotplug->in = false;
    return stopped;
}

// Logs whether the balloon's slot was ejected: then the device is gone. A
// device that did not end its reset kept its memory; once gone, it cannot
// access it, and the memory is freed.
static void tell_whose_slot(struct balloon_hotplug *hotplug, enum error stopped)
{
    const bool gone = virtio_device_gone(&hotplug->device);

    if (gone && stopped == ERR_TIMEOUT) {
        stopped = balloon_stop(&hotplug->balloon);
    }
    log_out(hotplug, gone ? "unplugged" : "stays", stopped);
}

static void take_what_is_there(struct balloon_hotplug *hotplug)
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

// Whether the balloon device is, or may be, requested to go, or is gone
// already.
static bool is_to_go(const struct balloon_hotplug *hotplug)
{
    struct pci_address at;

    return virtio_function(&hotplug->device, &at) &&
           (hotplug_wants(at) || virtio_device_gone(&hotplug->device));
}

static void follow_slots(struct balloon_hotplug *hotplug)
{
    hotplug_read();
    const bool ours = hotplug->in && is_to_go(hotplug);
    const enum error stopped = ours ? let_go(hotplug) : OK;

    hotplug_eject();
    if (ours) {
        tell_whose_slot(hotplug, stopped);
    }
    if (!hotplug->in) {
        take_what_is_there(hotplug);
    }
}

// Removed without a request: the driver has stopped already.
static void leave_what_is_gone(struct balloon_hotplug *hotplug)
{
    virtio_release(&hotplug->device);
    hotplug->in = false;
    log_out(hotplug, "vanished", OK);
}

enum error balloon_hotplug_serve(struct balloon_hotplug *hotplug)
{
    const enum error error =
        hotplug->in ? balloon_serve(&hotplug->balloon) : OK;

    if (error == ERR_EMPTY) {
        leave_what_is_gone(hotplug);
    } else if (error != OK) {
        return error;
    }
    if (hotplug_announced()) {
        follow_slots(hotplug);
    }
    return OK;
}

void balloon_hotplug_end(struct balloon_hotplug *hotplug)
{
    if (hotplug->in) {
        hotplug->in = false;
        log_out(hotplug, "stopped", balloon_stop(&hotplug->balloon));
    }
}
