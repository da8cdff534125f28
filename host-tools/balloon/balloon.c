// SPDX-License-Identifier: MIT
// Reads and sets the balloon's properties, and names its virtqueues.
// Limits: guest-stats and guest-stats-polling-interval.
#include "balloon/balloon.h"

#include <string.h>

#include "base/text.h"
#include "qmp/json.h"
#include "qmp/qom.h"

static const char interval_property[] = "guest-stats-polling-interval";

struct json_object *balloon_queue_arguments(const struct balloon *balloon,
                                            unsigned queue)
{
    struct json_object *arguments = json_object_new_object();
    char path[DEVICE_PATH + sizeof "/virtio-backend"];

    text_format(path, sizeof path, "%s%s", balloon->device.path,
                strstr(balloon->device.type, "-pci") ? "/virtio-backend" : "");
    json_object_object_add(arguments, "path", json_object_new_string(path));
    json_object_object_add(arguments, "queue",
                           json_object_new_int64((int64_t)queue));
    return arguments;
}

bool balloon_read(const struct balloon *balloon, struct sample *sample,
                  struct failure *failure)
{
    AUTO_JSON struct json_object *value = NULL;

    return qom_get(balloon->session, balloon->device.path, "guest-stats",
                   balloon->deadline, &value, failure) &&
           sample_parse(value, sample, failure);
}

bool balloon_get_interval(const struct balloon *balloon, uint32_t *seconds,
                          struct failure *failure)
{
    AUTO_JSON struct json_object *value = NULL;
    uint64_t number = 0;

    if (!qom_get(balloon->session, balloon->device.path, interval_property,
                 balloon->deadline, &value, failure)) {
        return false;
    }
    if (json_uint64(value, &number) != JSON_INTEGER_OK || number > UINT32_MAX) {
        return failure_set(failure, CODE_PROTOCOL,
                           "%s is no integer 0..4294967295", interval_property);
    }
    *seconds = (uint32_t)number;
    return true;
}

bool balloon_set_interval(const struct balloon *balloon, uint32_t seconds,
                          struct failure *failure)
{
    uint32_t now = 0;

    if (!qom_set(balloon->session, balloon->device.path, interval_property,
                 json_object_new_uint64(seconds), balloon->deadline, failure) ||
        !balloon_get_interval(balloon, &now, failure)) {
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
