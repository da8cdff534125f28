// SPDX-License-Identifier: MIT
// The canary: if it fails, the fault is QEMU's or this host's, not a claim's.
// Limits: not one of claims_all(); the runner's first case on each QEMU.
#include "claims/registry.h"
#include "fixture/fixture.h"

static bool check_canary(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(fixture, &(struct fixture_machine){0});

    return vm && fixture_await_sample(vm, 1) && fixture_expect_sample_equal(vm);
}

const struct claim claim_canary = {
    .id = "canary",
    .place = "beyond",
    .statement = "The machine boots, its guest gives a sample, and QEMU "
                 "reports it as it was sent.",
    .forms = FORMS_ONCE,
    .check = check_canary,
};
