// SPDX-License-Identifier: MIT
// Claims about savevm and loadvm: the balloon's state in a snapshot.
// Limits: a qcow2 file made through QMP holds only the snapshot.
#include "balloon/compare.h"
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/snapshot_disk.h"

// Requests one sample now; the next request is 1000 s away.
static bool poll_once(struct fixture_vm *vm, uint64_t seq)
{
    return fixture_set_interval(vm, 0) && fixture_set_interval(vm, 1000) &&
           fixture_await_sample(vm, seq);
}

// The values must differ, or the values after loadvm could be of either sample.
static bool expect_other_values(struct fixture_vm *vm,
                                const struct truth *saved)
{
    struct difference differences[DIFFERENCES];
    struct sample now;

    return fixture_read_sample(vm, &now) &&
           (compare(saved, &now, differences) > 0 ||
            fixture_fail(fixture_of(vm),
                         "expected other values than in the snapshot"));
}

// Saves a snapshot with sample 2, then gets sample 3, with other values, and
// stops the machine. *saved is the guest's sample at the time of the snapshot.
static struct fixture_vm *save_and_continue(struct fixture *fixture,
                                            struct truth *saved)
{
    static const struct fixture_machine machine = {0};
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    if (!vm || !fixture_await_sample(vm, 1) || !snapshot_disk_make(vm) ||
        !poll_once(vm, 2) || !fixture_stop(vm) ||
        !fixture_expect_sample_equal(vm)) {
        return NULL;
    }
    *saved = *fixture_truth(vm);
    return snapshot_disk_save(vm) && fixture_cont(vm) && poll_once(vm, 3) &&
                   fixture_stop(vm) && fixture_expect_sample_equal(vm) &&
                   expect_other_values(vm, saved)
               ? vm
               : NULL;
}

static bool check_loaded(struct fixture *fixture)
{
    struct truth saved;
    struct fixture_vm *vm = save_and_continue(fixture, &saved);
    struct sample before;
    struct sample after;

    if (!vm || !fixture_read_sample(vm, &before) || !snapshot_disk_load(vm) ||
        !fixture_read_sample(vm, &after)) {
        return false;
    }
    if (fixture_never_updated(&after)) {
        return true;
    }
    return fixture_expect_unchanged(vm, "after loadvm, or none", &before) &&
           fixture_conclude(
               fixture, FINDING_CAVEAT,
               "what was there before loadvm stays readable until cont");
}

static bool check_values(struct fixture *fixture)
{
    struct truth saved;
    struct fixture_vm *vm = save_and_continue(fixture, &saved);

    return vm && snapshot_disk_load(vm) && fixture_cont(vm) &&
           fixture_stop(vm) &&
           fixture_expect_u64(fixture, "number of the saved sample", 2,
                              saved.seq) &&
           fixture_expect_reported(vm, &saved);
}

static bool check_last_update(struct fixture *fixture)
{
    struct truth saved;
    struct fixture_vm *vm = save_and_continue(fixture, &saved);
    struct sample before;
    struct sample after;

    return vm && fixture_read_sample(vm, &before) &&
           fixture_sleep(fixture, 1100) && snapshot_disk_load(vm) &&
           fixture_cont(vm) && fixture_read_sample(vm, &after) &&
           (after.last_update > before.last_update ||
            fixture_fail(fixture, "expected a last-update after %llu, got %llu",
                         (unsigned long long)before.last_update,
                         (unsigned long long)after.last_update));
}

static bool check_interval(struct fixture *fixture)
{
    struct truth saved;
    struct fixture_vm *vm = save_and_continue(fixture, &saved);
    uint32_t seconds;

    return vm && fixture_set_interval(vm, 77) && snapshot_disk_load(vm) &&
           fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture, "interval after loadvm", 77, seconds) &&
           fixture_cont(vm) && fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture, "interval after cont", 77, seconds);
}

static bool check_polling(struct fixture *fixture)
{
    struct truth saved;
    struct fixture_vm *vm = save_and_continue(fixture, &saved);

    return vm && snapshot_disk_load(vm) && fixture_cont(vm) &&
           poll_once(vm, 3) &&
           fixture_expect_u64(fixture, "first sample after loadvm", 3,
                              fixture_sent_seq(vm)) &&
           fixture_expect_sample_equal(vm) && poll_once(vm, 4) &&
           fixture_expect_sample_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "snapshot.loaded",
        .place = "beyond",
        .statement = "The statistics are not in a snapshot: after loadvm, "
                     "before cont, every one is absent and last-update is 0.",
        .expected = FINDING_CAVEAT,
        .since = 10,
        .then = FINDING_HOLDS,
        .check = check_loaded,
    },
    {
        .id = "snapshot.values",
        .place = "beyond",
        .statement = "At the first cont after loadvm QEMU reads the buffer in "
                     "the guest's memory again, so the values are those of "
                     "the time of the snapshot.",
        .check = check_values,
    },
    {
        .id = "snapshot.last-update",
        .place = "36-38",
        .statement = "last-update then is the time of that reading, not the "
                     "time when the guest gave the values.",
        .forms = FORMS_ONCE,
        .check = check_last_update,
    },
    {
        .id = "snapshot.interval",
        .place = "beyond",
        .statement = "The interval is not in a snapshot: loadvm keeps the one "
                     "that is set now.",
        .check = check_interval,
    },
    {
        .id = "snapshot.polling",
        .place = "beyond",
        .statement = "After loadvm and cont polling works, with the sample "
                     "that follows the saved one.",
        .check = check_polling,
    },
};

const struct claim_list claims_snapshot = {claims,
                                           sizeof claims / sizeof *claims};
