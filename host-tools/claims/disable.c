// SPDX-License-Identifier: MIT
// Claims about turning polling off by writing 0.
// Limits: the timer is observed in virtual time; last-update, which shows
// wall-clock time, is observed on the wall clock.
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/steps.h"
#include "fixture/virtual_time.h"

static const struct virtual_time_machine plain = {0};

static bool check_stops(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 6, "samples while polling", 3) &&
           fixture_set_interval(vm, 0) &&
           virtual_time_expect_sent(vm, 56, "samples 56 s after polling ended",
                                    3);
}

static bool check_values_stay(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);
    struct sample before;

    return vm && fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 6, "samples while polling", 3) &&
           fixture_expect_sample_equal(vm) &&
           fixture_read_sample(vm, &before) && fixture_set_interval(vm, 0) &&
           fixture_expect_unchanged(vm, "right after 0 was written", &before) &&
           virtual_time_run(vm, 28) &&
           fixture_expect_unchanged(vm, "28 s after 0 was written", &before) &&
           fixture_expect_sample_equal(vm);
}

// If polling were still on, another sample would follow within a second, with a
// later last-update. On a slow host a request may be in flight when polling
// ends: the check waits for its answer first.
static bool check_last_update(struct fixture *fixture)
{
    static const struct fixture_machine machine = {0};
    struct fixture_vm *vm = fixture_boot(fixture, &machine);
    struct sample before;
    uint64_t requests = 0;

    return vm && fixture_await_sample(vm, 1) && fixture_set_interval(vm, 1) &&
           fixture_await_sample(vm, 2) && fixture_set_interval(vm, 0) &&
           steps_count_requests(vm, &requests) &&
           fixture_await_sample(vm, requests + 1) &&
           fixture_expect_sample_equal(vm) &&
           fixture_read_sample(vm, &before) && fixture_sleep(fixture, 1200) &&
           fixture_expect_unchanged(vm, "1.2 s after polling ended", &before);
}

static bool check_again(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);
    struct sample before;

    return vm && fixture_expect_sample_equal(vm) &&
           fixture_read_sample(vm, &before) && fixture_set_interval(vm, 0) &&
           fixture_set_interval(vm, 0) &&
           virtual_time_expect_sent(vm, 28, "samples after 0 became 0", 1) &&
           fixture_expect_unchanged(vm, "after 0 became 0", &before);
}

static const struct claim claims[] = {
    {
        .id = "disable.stops",
        .place = "15",
        .statement = "Writing 0 ends polling: the guest is not asked again.",
        .check = check_stops,
    },
    {
        .id = "disable.values-stay",
        .place = "15-16, 43-44",
        .statement = "What was polled before stays readable after polling was "
                     "turned off, last-update included.",
        .check = check_values_stay,
    },
    {
        .id = "disable.last-update",
        .place = "15-16",
        .statement = "On the wall clock too, last-update stands still once "
                     "polling is off.",
        .forms = FORMS_ONCE,
        .check = check_last_update,
    },
    {
        .id = "disable.again",
        .place = "beyond",
        .statement = "Writing 0 while polling is off is accepted and changes "
                     "nothing.",
        .check = check_again,
    },
};

const struct claim_list claims_disable = {claims,
                                          sizeof claims / sizeof *claims};
