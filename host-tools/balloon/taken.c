// SPDX-License-Identifier: MIT
// Compares the device's position in the statistics queue with the driver's.
// Limits: in a packed ring, only the descriptor at the device's position is
// read; a buffer that the device has not taken begins there.
#include "balloon/taken.h"

#include "balloon/registers.h"
#include "base/text.h"
#include "qmp/json.h"

enum {
    STATSQ = 2,
    DESCRIPTOR = 16,   // bytes, in both formats
    PACKED_FLAGS = 14, // offset of the flags in a packed descriptor
    PACKED_AVAIL = 7,  // bits
    PACKED_USED = 15,
};

static bool number(struct json_object *object, const char *name,
                   uint64_t *value)
{
    return json_uint64(json_member(object, name), value) == JSON_INTEGER_OK;
}

// The driver's free-running index (2.7.6). For a packed ring, QEMU refuses.
static bool split_index(const struct balloon *balloon, uint64_t *index)
{
    struct failure failure;
    AUTO_JSON struct json_object *answer = NULL;

    if (!session_execute(balloon->session, "x-query-virtio-queue-element",
                         balloon_queue_arguments(balloon, STATSQ),
                         balloon->deadline, &answer, &failure)) {
        return false;
    }
    return number(json_member(answer, "avail"), "idx", index);
}

// Flags in guest memory, read through the human monitor.
static bool packed_flags(const struct balloon *balloon, uint64_t address,
                         uint64_t *flags)
{
    char line[64];

    text_format(line, sizeof line, "xp /1xh %#llx",
                (unsigned long long)address);
    return registers_monitor(balloon, line, flags) == MONITOR_NUMBER;
}

bool taken_packed_waits(uint64_t flags)
{
    return ((flags >> PACKED_AVAIL) & 1) != ((flags >> PACKED_USED) & 1);
}

enum taken balloon_taken(const struct balloon *balloon)
{
    struct failure failure;
    AUTO_JSON struct json_object *answer = NULL;
    uint64_t device_index = 0;
    uint64_t driver_index = 0;
    uint64_t ring = 0;
    uint64_t flags = 0;

    if (!session_execute(balloon->session, "x-query-virtio-queue-status",
                         balloon_queue_arguments(balloon, STATSQ),
                         balloon->deadline, &answer, &failure)) {
        return TAKEN_UNKNOWN;
    }
    if (!number(answer, "last-avail-idx", &device_index) ||
        !number(answer, "vring-desc", &ring)) {
        return TAKEN_UNKNOWN;
    }
    if (split_index(balloon, &driver_index)) {
        return driver_index == device_index ? TAKEN_ALL : TAKEN_NOT;
    }
    if (!packed_flags(balloon, ring + device_index * DESCRIPTOR + PACKED_FLAGS,
                      &flags)) {
        return TAKEN_UNKNOWN;
    }
    return taken_packed_waits(flags) ? TAKEN_NOT : TAKEN_ALL;
}
