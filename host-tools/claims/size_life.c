// SPDX-License-Identifier: MIT
// Claims about sizes and targets over resets, snapshots and migration.
// Limits: QMP does not show the target; it is observed in the guest, which
// follows it.
#include "fixture/claim.h"
#include "fixture/snapshot_disk.h"
#include "fixture/fixture.h"
#include "claims/registry.h"
#include "fixture/balloon_size.h"
#include "fixture/steps.h"
#include "fixture/migrate.h"

// While the device holds sample 2, the driver resets it; sample 3 is the first
// buffer after that.
static bool check_reset_driver(struct lab *lab)
{
    struct lab_vm *vm = sizes_boot(lab, "behave=reset-holding:2");

    return vm && sizes_reach(lab, vm, 64 * SIZES_MIB) && steps_ask(vm) &&
           lab_await_sample(vm, 3) &&
           sizes_is(lab, vm, "after the driver's reset", 64 * SIZES_MIB) &&
           sizes_reach(lab, vm, 96 * SIZES_MIB);
}

// Sets a new target on the stopped machine; the reset follows at once.
static bool reset_with_target(struct lab *lab, struct lab_vm *vm)
{
    return sizes_reach(lab, vm, 64 * SIZES_MIB) && lab_stop(vm) &&
           sizes_ask(vm, 96 * SIZES_MIB) &&
           lab_qmp(vm, "set-action", "{\"reboot\": \"reset\"}", NULL) &&
           lab_qmp(vm, "system_reset", NULL, NULL) &&
           lab_await_event(vm, "RESET", NULL);
}

static bool check_reset_size(struct lab *lab)
{
    struct lab_vm *vm = sizes_boot(lab, NULL);

    return vm && reset_with_target(lab, vm) &&
           sizes_is(lab, vm, "after system_reset", 64 * SIZES_MIB);
}

static bool check_reset_target(struct lab *lab)
{
    struct lab_vm *vm = sizes_boot(lab, NULL);

    if (!vm || !reset_with_target(lab, vm)) {
        return false;
    }
    lab_forget(vm);
    return lab_cont(vm) && sizes_come(vm, 96 * SIZES_MIB) &&
           sizes_is(lab, vm, "of the new boot", 96 * SIZES_MIB);
}

// A stopped machine with a size of 64 MiB and a target of 96 MiB.
static struct lab_vm *boot_between(struct lab *lab)
{
    struct lab_vm *vm = sizes_boot(lab, NULL);

    return vm && sizes_reach(lab, vm, 64 * SIZES_MIB) && lab_stop(vm) &&
                   sizes_ask(vm, 96 * SIZES_MIB)
               ? vm
               : NULL;
}

static bool check_snapshot(struct lab *lab)
{
    struct lab_vm *vm = boot_between(lab);

    return vm && disk_make(lab, vm) && disk_save(lab, vm) && lab_cont(vm) &&
           sizes_come(vm, 96 * SIZES_MIB) &&
           sizes_reach(lab, vm, 200 * SIZES_MIB) && lab_stop(vm) &&
           disk_load(lab, vm) &&
           sizes_is(lab, vm, "after loadvm", 64 * SIZES_MIB) && lab_cont(vm) &&
           sizes_come(vm, 96 * SIZES_MIB) &&
           sizes_is(lab, vm, "of the loaded machine", 96 * SIZES_MIB);
}

static bool check_migration(struct lab *lab)
{
    static const char *const incoming[] = {"-incoming", "defer", NULL};
    struct lab_vm *source = boot_between(lab);

    if (!source || !transfer_out(lab, source)) {
        return false;
    }
    struct lab_vm *vm = lab_boot(lab, &(struct lab_machine){.extra = incoming});

    return vm && sizes_is(lab, vm, "before it arrives", SIZES_RAM) &&
           transfer_in(lab, vm) &&
           sizes_is(lab, vm, "on the other side", 64 * SIZES_MIB) &&
           lab_cont(vm) && sizes_come(vm, 96 * SIZES_MIB) &&
           sizes_is(lab, vm, "once it runs there", 96 * SIZES_MIB);
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

const struct claim_list claims_size_life = {claims,
                                            sizeof claims / sizeof *claims};
