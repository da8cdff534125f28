// SPDX-License-Identifier: MIT
// The rules, the ids and their texts. Pure.
#include "balloon/condition.h"

#include "base/text.h"

// Device status, VIRTIO 1.4, 2.1.
enum {
    STATUS_DRIVER_OK = 0x04,
    STATUS_NEEDS_RESET = 0x40,
    STATUS_FAILED = 0x80
};

enum {
    INTERVALS = 3,    // polling intervals before an answer is late
    GRACE_SECONDS = 5 // added for a slow host
};

static const struct {
    const char *id;
    const char *text;
} table[CONDITION_COUNT] = {
    [CONDITION_OK] = {"ok", "the statistics are those of the last poll"},
    [CONDITION_NOT_RUNNING] = {"not-running", "the machine is not running"},
    [CONDITION_NO_DRIVER] = {"no-driver", "no driver uses the device"},
    [CONDITION_DRIVER_FAILED] = {"driver-failed", "the driver has set FAILED"},
    [CONDITION_DEVICE_BROKEN] =
        {"device-broken", "the device has found an error of the driver and "
                          "is broken until its reset; QEMU's stderr names "
                          "the error"},
    [CONDITION_STATS_NOT_NEGOTIATED] = {"stats-not-negotiated",
                                        "the guest's driver has no statistics"},
    [CONDITION_STATS_NEVER_OFFERED] =
        {"stats-never-offered",
         "the driver has never provided a statistics buffer"},
    [CONDITION_GUEST_SILENT] = {"guest-silent",
                                "the guest has not answered the last request"},
    [CONDITION_STATS_EMPTY] =
        {"stats-empty", "the guest's answers have no values (as with Windows "
                        "without its balloon service)"},
    [CONDITION_POLLING_OFF] =
        {"polling-off", "the guest is not polled; the values are those of the "
                        "last poll or of the driver's start"},
    [CONDITION_CLOCK_STEPPED] =
        {"clock-stepped", "the last update is in the future: a clock was "
                          "set back, and ages are meaningless"},
    [CONDITION_STALE] = {"stale", "the guest has missed several polls"},
};

enum condition condition_of_driver(const struct view *view)
{
    if (!view->running) {
        return CONDITION_NOT_RUNNING;
    }
    if (view->has_status && !(view->status & (STATUS_DRIVER_OK | STATUS_FAILED |
                                              STATUS_NEEDS_RESET))) {
        return CONDITION_NO_DRIVER;
    }
    if (view->has_status && view->status & STATUS_FAILED) {
        return CONDITION_DRIVER_FAILED;
    }
    if (view->has_status && view->status & STATUS_NEEDS_RESET) {
        return CONDITION_DEVICE_BROKEN;
    }
    // A device on the legacy interface does not set NEEDS_RESET.
    for (unsigned i = 0; i < VIEW_QUEUES; i++) {
        if (view_lost(&view->queues[i])) {
            return CONDITION_DEVICE_BROKEN;
        }
    }
    return CONDITION_OK;
}

// The condition of a device that never received statistics.
static enum condition never(const struct view *view)
{
    const struct view_queue *queue = &view->queues[VIEW_STATSQ];

    return queue->known && !queue->set_up ? CONDITION_STATS_NOT_NEGOTIATED
                                          : CONDITION_STATS_NEVER_OFFERED;
}

static bool is_empty(const struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++) {
        if (sample->entries[i].present) {
            return false;
        }
    }
    return true;
}

enum condition condition_of_statistics(const struct view *view,
                                       const struct sample *sample,
                                       uint32_t interval, uint64_t now)
{
    const enum condition driver = condition_of_driver(view);
    const uint64_t then = sample->last_update;
    const bool late =
        interval && now > then &&
        now - then > INTERVALS * (uint64_t)interval + GRACE_SECONDS;

    if (driver != CONDITION_OK) {
        return driver;
    }
    if (then == 0) {
        return never(view);
    }
    if (late && view_awaits(&view->queues[VIEW_STATSQ])) {
        return CONDITION_GUEST_SILENT;
    }
    if (is_empty(sample)) {
        return CONDITION_STATS_EMPTY;
    }
    if (interval == 0) {
        return CONDITION_POLLING_OFF;
    }
    // The clocks of two hosts may be some seconds apart.
    if (then > now && then - now > GRACE_SECONDS) {
        return CONDITION_CLOCK_STEPPED;
    }
    return late ? CONDITION_STALE : CONDITION_OK;
}

const char *condition_id(enum condition condition)
{
    return table[condition].id;
}

void condition_text(enum condition condition, const struct view *view,
                    char *out, size_t size)
{
    const char *text = table[condition].text;

    if (condition == CONDITION_NOT_RUNNING) {
        text_format(out, size, "%s (%s)", text, view->machine);
    } else if (condition == CONDITION_NO_DRIVER ||
               condition == CONDITION_DRIVER_FAILED) {
        text_format(out, size, "%s (device status 0x%02x)", text, view->status);
    } else {
        text_format(out, size, "%s", text);
    }
}
