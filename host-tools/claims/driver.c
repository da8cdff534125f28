// SPDX-License-Identifier: MIT
// Claims about the driver: its first sample, and polling a machine whose guest
// has no statistics driver.
// Limits: virtual time, in which many intervals pass at once; firmware without
// a guest runs in real time, since under it virtual time does not advance.
#include "claims/registry.h"
#include "fixture/steps.h"

enum {
    INTERVAL = 5, // seconds
    SPAN = 100,   // seconds that must pass without an effect
    FIRINGS = 20, // of the timer, in real time
};

static bool check_first_sample(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(fixture, &(struct fixture_machine){0});
    struct sample sample;
    uint32_t interval = 1;

    if (!vm || !fixture_await_sample(vm, 1) ||
        !fixture_expect_sample_equal(vm) ||
        !fixture_get_interval(vm, &interval) ||
        !fixture_expect_u64(fixture, "the interval", 0, interval) ||
        !fixture_read_sample(vm, &sample)) {
        return false;
    }
    if (sample.last_update == 0) {
        return fixture_fail(fixture, "last-update: expected a time, got 0");
    }
    return fixture_conclude(
        fixture, FINDING_DOC_WRONG,
        "The driver's first buffer counts as an update: its values "
        "and a last-update are there without any polling.");
}

static bool expect_no_sample(struct fixture_vm *vm)
{
    uint64_t requests = 0;

    return steps_expect_no_values(vm, STEPS_NEVER_UPDATED) &&
           steps_count_requests(vm, &requests) &&
           fixture_expect_u64(fixture_of(vm), "requests", 0, requests);
}

// Polling can be enabled; many intervals pass without a request or a sample.
static bool poll_without_effect(struct fixture_vm *vm)
{
    uint64_t start = 0;
    uint32_t interval = 0;

    return fixture_get_clock(vm, &start) &&
           fixture_set_interval(vm, INTERVAL) &&
           fixture_get_interval(vm, &interval) &&
           fixture_expect_u64(fixture_of(vm), "interval", INTERVAL, interval) &&
           steps_await_clock(vm, start + SPAN) && expect_no_sample(vm);
}

// The timer fires each time polling is enabled.
static bool check_no_guest(struct fixture *fixture)
{
    struct fixture_vm *vm =
        fixture_boot(fixture, &(struct fixture_machine){.no_guest = true});

    for (int i = 0; i < FIRINGS; i++) {
        if (!vm || !fixture_set_interval(vm, 0) ||
            !fixture_set_interval(vm, INTERVAL) || !expect_no_sample(vm)) {
            return false;
        }
    }
    return vm;
}

static bool check_without(struct fixture *fixture, const char *append,
                          const char *line)
{
    struct fixture_vm *vm =
        fixture_boot(fixture, &(struct fixture_machine){.append = append,
                                                        .virtual_time = true});

    return vm && fixture_await_line(vm, line) && poll_without_effect(vm);
}

static bool check_no_driver(struct fixture *fixture)
{
    return check_without(fixture, "behave=no-driver",
                         "balloon behave=no-driver");
}

static bool check_no_queue(struct fixture *fixture)
{
    return check_without(fixture, "behave=no-stats-vq", "supported=no");
}

static bool check_no_buffer(struct fixture *fixture)
{
    return check_without(fixture, "behave=no-prime", "virtio features");
}

// The interval is set before the first instruction of the guest.
static bool check_later(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture,
        &(struct fixture_machine){.virtual_time = true,
                                  .extra = (const char *[]){"-S", NULL}});

    return vm && fixture_set_interval(vm, INTERVAL) && fixture_cont(vm) &&
           fixture_await_sample(vm, 4) && fixture_expect_sample_equal(vm);
}

static bool check_off_again(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture, &(struct fixture_machine){.append = "behave=no-driver",
                                           .virtual_time = true});

    return vm && fixture_await_line(vm, "balloon behave=no-driver") &&
           poll_without_effect(vm) && fixture_set_interval(vm, 0) &&
           steps_expect_clock_stopped(vm) &&
           steps_expect_no_values(vm, STEPS_NEVER_UPDATED);
}

static const struct claim claims[] = {
    {
        .id = "driver.first-sample",
        .place = "8-10",
        .statement = "There are no statistics to query before polling was "
                     "enabled.",
        .expected = FINDING_DOC_WRONG,
        .check = check_first_sample,
    },
    {
        .id = "driver.no-guest",
        .place = "51-53",
        .statement = "Without any guest polling can be enabled, and "
                     "last-update stays 0.",
        .forms = FORMS_ONCE,
        .check = check_no_guest,
    },
    {
        .id = "driver.not-loaded",
        .place = "51-53",
        .statement = "With a guest that leaves the balloon alone polling can "
                     "be enabled, and last-update stays 0.",
        .check = check_no_driver,
    },
    {
        .id = "driver.no-statistics",
        .place = "51-53",
        .statement = "With a driver that declines the statistics queue "
                     "polling can be enabled, and last-update stays 0.",
        .check = check_no_queue,
    },
    {
        .id = "driver.no-first-buffer",
        .place = "51-53",
        .statement = "A driver that has the queue and never gives a first "
                     "buffer is never asked, and last-update stays 0.",
        .check = check_no_buffer,
    },
    {
        .id = "driver.later",
        .place = "51-53",
        .statement = "A driver that comes after polling was enabled is polled "
                     "without another word.",
        .check = check_later,
    },
    {
        .id = "driver.off-again",
        .place = "beyond",
        .statement = "Polling a machine without a driver ends, as any other, "
                     "with an interval of 0.",
        .check = check_off_again,
    },
};

const struct claim_list claims_driver = {claims,
                                         sizeof claims / sizeof *claims};
