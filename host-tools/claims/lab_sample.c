// SPDX-License-Identifier: MIT
// A check's samples: read, and compared with the guest's lines.
// Limits: the guest's lines have the format of balloon/truth.h.
#include "balloon/compare.h"
#include "base/text.h"
#include "claims/lab_internal.h"

bool lab_read(struct lab_vm *vm, struct sample *sample)
{
    struct failure failure;

    return lab_path(vm) &&
           (balloon_read(machine_session(vm->machine), &vm->device,
                         vm->lab->deadline, sample, &failure) ||
            lab_broke(vm, &failure));
}

bool lab_matches(struct lab_vm *vm, const struct truth *truth)
{
    struct difference differences[DIFFERENCES];
    struct sample sample;
    char text[256];

    if (!lab_read(vm, &sample)) {
        return false;
    }
    size_t count = compare(truth, &sample, differences);
    if (count == 0) {
        return compare_judge(truth, &sample, count) == COMPARED_EQUAL ||
               lab_fail(vm->lab,
                        "sample %llu: nothing to compare: the guest has sent "
                        "%zu values, last-update is %llu",
                        (unsigned long long)truth->seq, truth->count,
                        (unsigned long long)sample.last_update);
    }
    compare_text(&differences[0], text, sizeof text);
    return lab_fail(vm->lab, "sample %llu: %zu values differ, first %s",
                    (unsigned long long)truth->seq, count, text);
}

// A log line may be incomplete at this point, but no line of a sample.
static bool settled(void *context)
{
    const struct lab_vm *vm = context;

    return vm->feed.malformed ||
           (truth_feed_settled(&vm->feed) &&
            !truth_can_become(lines_begun(machine_console(vm->machine))));
}

static bool compare_settled(struct lab_vm *vm)
{
    if (vm->feed.malformed) {
        return lab_fail(vm->lab, "the guest's own words cannot be believed: %s",
                        vm->feed.reason);
    }
    return lab_matches(vm, &vm->feed.newest);
}

// The machine is stopped already, so both sides are compared now.
static bool equal_standing(struct lab_vm *vm)
{
    machine_drain(vm->machine);
    return settled(vm)
               ? compare_settled(vm)
               : lab_fail(vm->lab, "the machine was stopped in mid-sample, so "
                                   "there is nothing to compare");
}

bool lab_equal(struct lab_vm *vm)
{
    if (vm->stopped) {
        return !vm->lab->failed && equal_standing(vm);
    }
    // If the stop comes too late, the next sample may have begun already.
    do {
        if (!lab_wait(vm, settled, "a sample to be sent") || !lab_stop(vm)) {
            return false;
        }
        if (settled(vm)) {
            return compare_settled(vm) && lab_cont(vm);
        }
    } while (lab_cont(vm));
    return false;
}

bool lab_value(struct lab_vm *vm, const char *key, const uint64_t *value)
{
    struct sample sample;
    char got[32] = "absent";
    char wanted[32] = "absent";

    if (!lab_read(vm, &sample)) {
        return false;
    }
    const struct sample_entry *entry = sample_find(&sample, key);
    if (!entry) {
        return lab_fail(vm->lab, "guest-stats has no stat-%s", key);
    }
    if (entry->present == (value != NULL) &&
        (!value || entry->value == *value)) {
        return true;
    }
    if (entry->present) {
        text_format(got, sizeof got, "%llu", (unsigned long long)entry->value);
    }
    if (value) {
        text_format(wanted, sizeof wanted, "%llu", (unsigned long long)*value);
    }
    return lab_fail(vm->lab, "%s: expected %s, got %s", key, wanted, got);
}

const struct truth *lab_truth(struct lab_vm *vm)
{
    machine_drain(vm->machine);
    return &vm->feed.newest;
}

uint64_t lab_sent(struct lab_vm *vm)
{
    machine_drain(vm->machine);
    return vm->feed.sent;
}
