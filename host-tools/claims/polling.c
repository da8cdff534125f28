// SPDX-License-Identifier: MIT
// Claims about turning polling on.
// QEMU, docs/virtio-balloon-stats.txt, 8-20.
#include "claims/registry.h"
#include "fixture/fixture.h"

// The driver's first sample needs no request; later ones come only by polling.
static bool check_enable(struct fixture *fixture)
{
    struct fixture_vm *vm =
        fixture_boot(fixture, &(struct fixture_machine){.virtual_time = true});
    uint32_t interval = 0;

    return vm && fixture_await_sample(vm, 1) && fixture_set_interval(vm, 2) &&
           fixture_await_sample(vm, 3) && fixture_get_interval(vm, &interval) &&
           fixture_expect_u64(fixture, "the interval read back", 2, interval) &&
           fixture_expect_sample_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "polling.enable",
        .place = "8-12",
        .statement = "Writing a number of seconds to "
                     "guest-stats-polling-interval makes QEMU ask the guest "
                     "again and again.",
        .check = check_enable,
    },
};

const struct claim_list claims_polling = {
    claims,
    sizeof claims / sizeof *claims,
};
