// SPDX-License-Identifier: MIT
// The balloon's properties, read and set.
// Limits: guest-stats and guest-stats-polling-interval.
#include "balloon/device.h"

#include <string.h>

#include "base/text.h"
#include "qmp/json.h"
#include "qmp/qom.h"

static const char interval_property[] = "guest-stats-polling-interval";

bool balloon_read(struct session *session, const struct balloon_device *device,
                  struct deadline deadline, struct sample *sample,
                  struct failure *failure)
{
    struct json_object *value;

    if (!qom_get(session, device->path, "guest-stats", deadline, &value,
                 failure)) {
        return false;
    }
    bool ok = sample_parse(value, sample, failure);
    json_object_put(value);
    return ok;
}

bool balloon_get_interval(struct session *session,
                          const struct balloon_device *device,
                          struct deadline deadline, uint32_t *seconds,
                          struct failure *failure)
{
    struct json_object *value;
    uint64_t number = 0;

    if (!qom_get(session, device->path, interval_property, deadline, &value,
                 failure)) {
        return false;
    }
    bool ok =
        json_uint64(value, &number) == JSON_INTEGER_OK && number <= UINT32_MAX;
    json_object_put(value);
    if (!ok) {
        return failure_set(failure, CODE_PROTOCOL,
                           "%s is no integer 0..4294967295", interval_property);
    }
    *seconds = (uint32_t)number;
    return true;
}

bool balloon_set_interval(struct session *session,
                          const struct balloon_device *device,
                          struct deadline deadline, uint32_t seconds,
                          struct failure *failure)
{
    uint32_t now = 0;

    if (!qom_set(session, device->path, interval_property,
                 json_object_new_uint64(seconds), deadline, failure) ||
        !balloon_get_interval(session, device, deadline, &now, failure)) {
        return false;
    }
    if (now != seconds) {
        return failure_set(failure, CODE_PROTOCOL,
                           "QEMU took the polling interval %lu without a word "
                           "and has %lu now",
                           (unsigned long)seconds, (unsigned long)now);
    }
    return true;
}

// Whether one of the texts in the array begins with `beginning`.
static bool array_has(struct json_object *array, const char *beginning)
{
    for (size_t i = 0; json_object_is_type(array, json_type_array) &&
                       i < json_object_array_length(array);
         i++) {
        const char *text =
            json_object_get_string(json_object_array_get_idx(array, i));
        if (text && strncmp(text, beginning, strlen(beginning)) == 0) {
            return true;
        }
    }
    return false;
}

static bool execute_at(struct session *session, const char *command,
                       const char *path, struct deadline deadline,
                       struct json_object **result)
{
    struct failure ignored;
    struct json_object *arguments = json_object_new_object();

    if (path) {
        json_object_object_add(arguments, "path", json_object_new_string(path));
    }
    return session_execute(session, command, arguments, deadline, result,
                           &ignored);
}

// What x-query-virtio-status (QEMU 7.2, unstable) says; NULL: nothing.
static const char *driver_reason(struct session *session,
                                 const struct balloon_device *device,
                                 struct deadline deadline)
{
    struct json_object *answer = NULL;
    char backend[DEVICE_PATH + 16];
    const char *reason = NULL;

    // A PCI or CCW device is a wrapper; the virtio device is its child.
    text_format(backend, sizeof backend, "%s/virtio-backend", device->path);
    if (!execute_at(session, "x-query-virtio-status", backend, deadline,
                    &answer) &&
        !execute_at(session, "x-query-virtio-status", device->path, deadline,
                    &answer)) {
        return NULL;
    }
    if (!array_has(json_member(json_member(answer, "status"), "statuses"),
                   "VIRTIO_CONFIG_S_DRIVER_OK")) {
        reason = "no driver in the guest has taken the device yet";
    } else if (!array_has(json_member(json_member(answer, "guest-features"),
                                      "dev-features"),
                          "VIRTIO_BALLOON_F_STATS_VQ")) {
        reason = "the guest's driver did not ask for statistics";
    } else {
        reason = "the guest's driver has posted no statistics yet";
    }
    json_object_put(answer);
    return reason;
}

void balloon_why_none(struct session *session,
                      const struct balloon_device *device,
                      struct deadline deadline, char *out, size_t size)
{
    struct json_object *status = NULL;
    const char *state = NULL;
    const char *reason = driver_reason(session, device, deadline);
    bool paused = false;

    if (execute_at(session, "query-status", NULL, deadline, &status)) {
        state = json_member_string(status, "status");
        paused =
            state && !json_object_get_boolean(json_member(status, "running"));
    }
    if (!reason) {
        reason = "no driver in the guest has sent any";
    }
    if (paused) {
        char shown[40];
        text_escape(shown, sizeof shown, state, strlen(state));
        text_format(out, size, "%s, and the machine does not run (%s)", reason,
                    shown);
    } else {
        text_format(out, size, "%s", reason);
    }
    json_object_put(status);
}
