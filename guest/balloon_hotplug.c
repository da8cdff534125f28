// SPDX-License-Identifier: MIT
// An unplug request names a device number, but its bus is not known
// (platform/hotplug/hotplug.h). So a device with that number is stopped and
// released, and started again if it proves to be still there. VIRTIO 1.4, 3.4.
#include "balloon_hotplug.h"

#include "base/log.h"
#include "platform/hotplug/hotplug.h"
#include "virtio/probe.h"

enum error plug_start(struct plug *plug, const struct balloon_env *env)
{
    plug->env = *env;
    const enum error error =
        balloon_start(&plug->balloon, &plug->device, &plug->env);

    plug->in = error == OK;
    return error;
}

static void log_out(const struct plug *plug, const char *how,
                    enum error stopped)
{
    log_line("balloon %s seq=%llu memory=%s", how,
             (unsigned long long)plug->balloon.seq,
             stopped == ERR_TIMEOUT ? "lost" : "back");
}

// In this order: the device accesses memory until it is reset, and its
// registers answer until it is released.
static enum error let_go(struct plug *plug)
{
    const enum error stopped = balloon_stop(&plug->balloon);

    virtio_release(&plug->device);
    plug->in = false;
    return stopped;
}

// Logs whether the balloon's slot was ejected: then the device is gone. A
// device that did not end its reset kept its memory; once gone, it cannot
// access it, and the memory is freed.
static void tell_whose_slot(struct plug *plug, enum error stopped)
{
    const bool gone = virtio_device_gone(&plug->device);

    if (gone && stopped == ERR_TIMEOUT) {
        stopped = balloon_stop(&plug->balloon);
    }
    log_out(plug, gone ? "unplugged" : "stays", stopped);
}

static void take_what_is_there(struct plug *plug)
{
    struct virtio_search search = {.quiet = true};
    enum error error =
        virtio_probe_pci(VIRTIO_ID_BALLOON, &plug->device, &search);

    if (error == ERR_EMPTY) {
        return;
    }
    if (error == OK) {
        log_line("balloon plugged seq=%llu",
                 (unsigned long long)plug->balloon.seq);
        search.what = "balloon can't be started";
        error = plug_start(plug, &plug->env);
    }
    if (error != OK) {
        log_line("error what=\"%s\" error=%s", search.what, error_name(error));
        virtio_release(&plug->device);
    }
}

// Whether the balloon device is, or may be, requested to go, or is gone
// already.
static bool is_to_go(const struct plug *plug)
{
    struct pci_address at;

    return virtio_function(&plug->device, &at) &&
           (hotplug_wants(at) || virtio_device_gone(&plug->device));
}

static void follow_slots(struct plug *plug)
{
    hotplug_read();
    const bool ours = plug->in && is_to_go(plug);
    const enum error stopped = ours ? let_go(plug) : OK;

    hotplug_eject();
    if (ours) {
        tell_whose_slot(plug, stopped);
    }
    if (!plug->in) {
        take_what_is_there(plug);
    }
}

// Removed without a request: the driver has stopped already.
static void leave_what_is_gone(struct plug *plug)
{
    virtio_release(&plug->device);
    plug->in = false;
    log_out(plug, "vanished", OK);
}

enum error plug_serve(struct plug *plug)
{
    const enum error error = plug->in ? balloon_serve(&plug->balloon) : OK;

    if (error == ERR_EMPTY) {
        leave_what_is_gone(plug);
    } else if (error != OK) {
        return error;
    }
    if (hotplug_announced()) {
        follow_slots(plug);
    }
    return OK;
}

void plug_end(struct plug *plug)
{
    if (plug->in) {
        plug->in = false;
        log_out(plug, "stopped", balloon_stop(&plug->balloon));
    }
}
