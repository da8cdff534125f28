// SPDX-License-Identifier: MIT
// Claims about sizes and targets over resets, snapshots and migration.
// Limits: QMP does not show the target; it is observed in the guest, which
// follows it.
#include "claims/registry.h"
#include "fixture/balloon_size.h"
#include "fixture/fixture.h"
#include "fixture/migrate.h"
#include "fixture/snapshot_disk.h"
#include "fixture/steps.h"

// While the device holds sample 2, the driver resets it; sample 3 is the first
// buffer after that.
static bool check_reset_driver(struct fixture *fixture)
{
    struct fixture_vm *vm =
        balloon_size_boot(fixture, "behave=reset-holding:2");

    return vm && balloon_size_set_and_await(vm, 64 * MIB_BYTES) &&
           steps_request_sample(vm) && fixture_await_sample(vm, 3) &&
           balloon_size_expect(vm, "after the driver's reset",
                               64 * MIB_BYTES) &&
           balloon_size_set_and_await(vm, 96 * MIB_BYTES);
}

// Sets a new target on the stopped machine; the reset follows at once.
static bool reset_with_target(struct fixture_vm *vm)
{
    return balloon_size_set_and_await(vm, 64 * MIB_BYTES) && fixture_stop(vm) &&
           balloon_size_set(vm, 96 * MIB_BYTES) &&
           fixture_qmp(vm, "set-action", "{\"reboot\": \"reset\"}", NULL) &&
           fixture_qmp(vm, "system_reset", NULL, NULL) &&
           fixture_await_event(vm, "RESET", NULL);
}

static bool check_reset_size(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    return vm && reset_with_target(vm) &&
           balloon_size_expect(vm, "after system_reset", 64 * MIB_BYTES);
}

static bool check_reset_target(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    if (!vm || !reset_with_target(vm)) {
        return false;
    }
    fixture_expect_any_seq(vm);
    return fixture_cont(vm) && balloon_size_await(vm, 96 * MIB_BYTES) &&
           balloon_size_expect(vm, "of the new boot", 96 * MIB_BYTES);
}

// A stopped machine with a size of 64 MiB and a target of 96 MiB.
static struct fixture_vm *boot_between(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    return vm && balloon_size_set_and_await(vm, 64 * MIB_BYTES) &&
                   fixture_stop(vm) && balloon_size_set(vm, 96 * MIB_BYTES)
               ? vm
               : NULL;
}

static bool check_snapshot(struct fixture *fixture)
{
    struct fixture_vm *vm = boot_between(fixture);

    return vm && snapshot_disk_make(vm) && snapshot_disk_save(vm) &&
           fixture_cont(vm) && balloon_size_await(vm, 96 * MIB_BYTES) &&
           balloon_size_set_and_await(vm, 200 * MIB_BYTES) &&
           fixture_stop(vm) && snapshot_disk_load(vm) &&
           balloon_size_expect(vm, "after loadvm", 64 * MIB_BYTES) &&
           fixture_cont(vm) && balloon_size_await(vm, 96 * MIB_BYTES) &&
           balloon_size_expect(vm, "of the loaded machine", 96 * MIB_BYTES);
}

static bool check_migration(struct fixture *fixture)
{
    static const char *const incoming[] = {"-incoming", "defer", NULL};
    struct fixture_vm *source = boot_between(fixture);

    if (!source || !migrate_out(source)) {
        return false;
    }
    struct fixture_vm *vm =
        fixture_boot(fixture, &(struct fixture_machine){.extra = incoming});

    return vm &&
           balloon_size_expect(vm, "before it arrives", BALLOON_SIZE_RAM) &&
           migrate_in(vm) &&
           balloon_size_expect(vm, "on the other side", 64 * MIB_BYTES) &&
           fixture_cont(vm) && balloon_size_await(vm, 96 * MIB_BYTES) &&
           balloon_size_expect(vm, "once it runs there", 96 * MIB_BYTES);
}

static const struct claim claims[] = {
    {
        .id = "size.reset-driver",
        .place = "beyond",
        .statement = "A driver that resets the device changes neither the size "
                     "nor the target.",
        .check = check_reset_driver,
    },
    {
        .id = "size.reset-size",
        .place = "beyond",
        .statement = "After system_reset query-balloon goes on showing the "
                     "size from before, although no guest is there whose it "
                     "could be, until the new driver tells its own.",
        .check = check_reset_size,
    },
    {
        .id = "size.reset-target",
        .place = "beyond",
        .statement = "system_reset leaves the target alone; the new boot's "
                     "driver follows it.",
        .check = check_reset_target,
    },
    {
        .id = "size.snapshot",
        .place = "beyond",
        .statement = "Size and target are in a snapshot: loadvm brings both "
                     "back.",
        .check = check_snapshot,
    },
    {
        .id = "size.migration",
        .place = "beyond",
        .statement = "Size and target migrate: both are there before the "
                     "machine runs on the other side.",
        .check = check_migration,
    },
};

const struct claim_list claims_size_lifecycle = {claims, sizeof claims /
                                                             sizeof *claims};
