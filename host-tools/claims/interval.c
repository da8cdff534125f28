// SPDX-License-Identifier: MIT
// Claims about the effect of writing guest-stats-polling-interval, counted in
// virtual time.
// Limits: legal values are in range.c, writing 0 is in disable.c.
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/virtual_time.h"

static const struct virtual_time_machine plain = {0};

static bool check_at_once(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 20) &&
           virtual_time_expect_sent(vm, 2, "samples 2 s after 20 s was written",
                                    2) &&
           virtual_time_expect_sent(vm, 16,
                                    "samples 18 s after 20 s was written", 2);
}

static bool check_every(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 26, "samples in 26 s at 4 s each", 8) &&
           virtual_time_expect_sent(vm, 28, "samples in 54 s at 4 s each", 15);
}

static bool check_longer(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 6, "samples in 6 s at 4 s each", 3) &&
           fixture_set_interval(vm, 20) &&
           virtual_time_expect_sent(vm, 18,
                                    "samples 18 s after 4 s became 20 s", 3) &&
           virtual_time_expect_sent(vm, 4, "samples 22 s after 4 s became 20 s",
                                    4);
}

static bool check_shorter(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 28) &&
           virtual_time_expect_sent(vm, 6, "samples in 6 s at 28 s each", 2) &&
           fixture_set_interval(vm, 8) &&
           virtual_time_expect_sent(vm, 6, "samples 6 s after 28 s became 8 s",
                                    2) &&
           virtual_time_expect_sent(vm, 4, "samples 10 s after 28 s became 8 s",
                                    3) &&
           virtual_time_expect_sent(vm, 8, "samples 18 s after 28 s became 8 s",
                                    4);
}

static bool check_same(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 12) &&
           virtual_time_expect_sent(vm, 8, "samples in 8 s at 12 s each", 2) &&
           fixture_set_interval(vm, 12) &&
           virtual_time_expect_sent(
               vm, 2, "samples right after writing it again", 2) &&
           virtual_time_expect_sent(vm, 4, "samples in 14 s at 12 s each", 3);
}

static bool check_off_and_on(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 20) &&
           virtual_time_expect_sent(vm, 2, "samples before turning it off",
                                    2) &&
           fixture_set_interval(vm, 0) && fixture_set_interval(vm, 20) &&
           virtual_time_expect_sent(vm, 2, "samples after off and on", 3) &&
           virtual_time_expect_sent(vm, 16, "samples 18 s after off and on",
                                    3) &&
           virtual_time_expect_sent(vm, 4, "samples 22 s after off and on", 4);
}

// The timer runs from the start and finds no buffer, so it is armed for another
// whole interval; the driver's first buffer restarts the interval.
static bool check_at_launch(struct fixture *fixture)
{
    const struct virtual_time_machine machine = {
        .paused = fixture_is_pci(fixture),
        .property = "guest-stats-polling-interval=8",
    };
    struct fixture_vm *vm = virtual_time_boot(fixture, &machine);
    uint32_t seconds;

    if (!vm || !fixture_get_interval(vm, &seconds) ||
        !fixture_expect_u64(fixture, "interval given at the start", 8,
                            seconds)) {
        return false;
    }
    if (machine.paused) {
        return virtual_time_expect_paced(vm, 0, 8, 4) &&
               virtual_time_run(vm, 2) && fixture_expect_sample_equal(vm);
    }
    return virtual_time_expect_sent(vm, 4, "samples 6 s after the start", 1) &&
           virtual_time_expect_sent(vm, 4, "samples 10 s after the start", 2) &&
           virtual_time_expect_sent(vm, 8, "samples 18 s after the start", 3);
}

static bool check_longest(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, UINT32_MAX) &&
           virtual_time_expect_sent(vm, 56, "samples in 56 s at 2^32-1 s each",
                                    2) &&
           fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 6, "samples 6 s after that became 4 s",
                                    3);
}

static const struct claim claims[] = {
    {
        .id = "interval.at-once",
        .place = "12-13",
        .statement = "Turning polling on asks the guest at once, not only "
                     "after the first interval.",
        .check = check_at_once,
    },
    {
        .id = "interval.every",
        .place = "18-20",
        .statement = "From then on the guest is asked once in each interval, "
                     "no more and no less often.",
        .check = check_every,
    },
    {
        .id = "interval.longer",
        .place = "12-13",
        .statement = "A larger number changes a running interval: the next "
                     "request comes a whole new interval after the change.",
        .check = check_longer,
    },
    {
        .id = "interval.shorter",
        .place = "12-13",
        .statement = "A smaller number changes a running interval too, does "
                     "not ask at once, and does not wait for the old "
                     "interval's end.",
        .check = check_shorter,
    },
    {
        .id = "interval.same",
        .place = "beyond",
        .statement = "Writing the number that is already there changes "
                     "nothing: the running interval goes on.",
        .check = check_same,
    },
    {
        .id = "interval.off-and-on",
        .place = "beyond",
        .statement = "Writing 0 and then the same number asks at once, which "
                     "makes a sample on demand.",
        .check = check_off_and_on,
    },
    {
        .id = "interval.at-launch",
        .place = "beyond",
        .statement = "The interval can be given with -device; the first "
                     "request then comes a whole interval after the driver's "
                     "first buffer.",
        .check = check_at_launch,
    },
    {
        .id = "interval.longest",
        .place = "beyond",
        .statement = "With the longest interval, 4294967295 seconds, the "
                     "guest is asked at once and then no more, and a shorter "
                     "one still replaces it.",
        .check = check_longest,
    },
};

const struct claim_list claims_interval = {claims,
                                           sizeof claims / sizeof *claims};
