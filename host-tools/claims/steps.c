// SPDX-License-Identifier: MIT
// Steps for requests, values and clocks.
// Limits: x-query-virtio-queue-status is unstable; QEMU has it since 7.1.
#include "claims/steps.h"

#include "qmp/json.h"

enum {
    STATS_QUEUE = 2, // VIRTIO 1.4, 5.5.2
    READINGS = 20,
    SPLIT_WRAP = 65536,
};

struct lab_vm *steps_boot(struct lab *lab, const char *append)
{
    struct lab_vm *vm = lab_boot(lab, &(struct lab_machine){.append = append});

    return vm && lab_await_sample(vm, 1) && lab_stop(vm) ? vm : NULL;
}

bool steps_ask(struct lab_vm *vm)
{
    // cont comes first: in some versions it notifies every queue, and a
    // notification restarts a running interval.
    return lab_cont(vm) && lab_set_interval(vm, 0) &&
           lab_set_interval(vm, STEPS_INTERVAL);
}

bool steps_next(struct lab_vm *vm, uint64_t seq)
{
    return steps_ask(vm) && lab_await_sample(vm, seq) && lab_stop(vm);
}

bool steps_value(struct lab_vm *vm, const char *key, uint64_t value)
{
    return lab_value(vm, key, &value);
}

bool steps_absent(struct lab_vm *vm, const char *key)
{
    return lab_value(vm, key, NULL);
}

bool steps_present(struct lab *lab, struct lab_vm *vm, const char *key)
{
    struct sample sample;

    if (!lab_read(vm, &sample)) {
        return false;
    }
    const struct sample_entry *entry = sample_find(&sample, key);
    return (entry && entry->present) ||
           lab_fail(lab, "%s: expected a value, got none", key);
}

bool steps_nothing(struct lab *lab, struct lab_vm *vm,
                   enum steps_updated updated)
{
    struct sample sample;

    if (!lab_read(vm, &sample)) {
        return false;
    }
    if (sample.count == 0) {
        return lab_fail(lab, "guest-stats: expected absent values, got none");
    }
    for (size_t i = 0; i < sample.count; i++) {
        if (sample.entries[i].present) {
            return lab_fail(lab, "%s: expected absent, got %llu",
                            sample.entries[i].key,
                            (unsigned long long)sample.entries[i].value);
        }
    }
    if ((sample.last_update != 0) == (updated == STEPS_UPDATED)) {
        return true;
    }
    return lab_fail(lab, "last-update: expected %s, got %llu",
                    updated == STEPS_UPDATED ? "a time" : "0",
                    (unsigned long long)sample.last_update);
}

// The ring's own count, modulo *wrap.
static bool read_requests(struct lab *lab, struct lab_vm *vm, uint64_t *count,
                          uint64_t *wrap)
{
    struct json_object *status = NULL;
    const char *path = lab_backend(vm);

    if (!path) {
        return false;
    }
    struct json_object *arguments = json_object_new_object();
    json_object_object_add(arguments, "path", json_object_new_string(path));
    json_object_object_add(arguments, "queue",
                           json_object_new_int(STATS_QUEUE));
    if (!lab_qmp_with(vm, "x-query-virtio-queue-status", arguments, &status)) {
        return false;
    }
    bool ok = json_uint64(json_member(status, "used-idx"), count) ==
                  JSON_INTEGER_OK &&
              json_uint64(json_member(status, "vring-num"), wrap) ==
                  JSON_INTEGER_OK &&
              *wrap > 0;
    json_object_put(status);
    if (!lab_is_packed(lab)) {
        *wrap = SPLIT_WRAP;
    }
    return ok || lab_fail(lab, "x-query-virtio-queue-status has no used-idx "
                               "or no vring-num");
}

bool steps_requests(struct lab *lab, struct lab_vm *vm, uint64_t *count)
{
    uint64_t wrap = 1;

    return read_requests(lab, vm, count, &wrap);
}

bool steps_requests_from(struct lab *lab, struct lab_vm *vm, uint64_t least,
                         uint64_t *count)
{
    uint64_t shown = 0;
    uint64_t wrap = 1;

    if (!read_requests(lab, vm, &shown, &wrap)) {
        return false;
    }
    *count = least + (shown + wrap - least % wrap) % wrap;
    return true;
}

bool steps_clock_reaches(struct lab_vm *vm, uint64_t seconds)
{
    uint64_t now = 0;

    do {
        if (!lab_clock(vm, &now)) {
            return false;
        }
    } while (now < seconds);
    return true;
}

bool steps_clock_stands(struct lab *lab, struct lab_vm *vm)
{
    uint64_t first = 0;
    uint64_t now = 0;

    // If a timer is left, an idle guest jumps to it faster than one reading of
    // the clock takes.
    if (!steps_clock_reaches(vm, STEPS_DAY) || !lab_clock(vm, &first)) {
        return false;
    }
    for (int i = 0; i < READINGS; i++) {
        if (!lab_clock(vm, &now)) {
            return false;
        }
    }
    return now == first ||
           lab_fail(lab,
                    "the clock: expected it to stand at "
                    "%llu s, got %llu s",
                    (unsigned long long)first, (unsigned long long)now);
}
