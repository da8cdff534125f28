// SPDX-License-Identifier: MIT
// Claims about polling a machine whose guest has no statistics driver.
// Limits: virtual time, in which many intervals pass at once; firmware without
// a guest runs in real time, since under it virtual time does not advance.
#include "claims/registry.h"
#include "fixture/steps.h"

enum {
    INTERVAL = 5, // seconds
    SPAN = 100,   // seconds that must pass without an effect
    FIRINGS = 20, // of the timer, in real time
};

static bool nothing_came(struct lab *lab, struct lab_vm *vm)
{
    uint64_t requests = 0;

    return steps_nothing(lab, vm, STEPS_NEVER_UPDATED) &&
           steps_requests(lab, vm, &requests) &&
           lab_same(lab, "requests", 0, requests);
}

// Polling can be enabled; many intervals pass without a request or a sample.
static bool polls_in_vain(struct lab *lab, struct lab_vm *vm)
{
    uint64_t start = 0;
    uint32_t interval = 0;

    return lab_clock(vm, &start) && lab_set_interval(vm, INTERVAL) &&
           lab_interval(vm, &interval) &&
           lab_same(lab, "interval", INTERVAL, interval) &&
           steps_clock_reaches(vm, start + SPAN) && nothing_came(lab, vm);
}

// The timer fires each time polling is enabled.
static bool check_no_guest(struct lab *lab)
{
    struct lab_vm *vm = lab_boot(lab, &(struct lab_machine){.no_guest = true});

    for (int i = 0; i < FIRINGS; i++) {
        if (!vm || !lab_set_interval(vm, 0) ||
            !lab_set_interval(vm, INTERVAL) || !nothing_came(lab, vm)) {
            return false;
        }
    }
    return vm;
}

static bool without(struct lab *lab, const char *append, const char *line)
{
    struct lab_vm *vm = lab_boot(
        lab, &(struct lab_machine){.append = append, .virtual_time = true});

    return vm && lab_await_line(vm, line) && polls_in_vain(lab, vm);
}

static bool check_no_driver(struct lab *lab)
{
    return without(lab, "behave=no-driver", "balloon behave=no-driver");
}

static bool check_no_queue(struct lab *lab)
{
    return without(lab, "behave=no-stats-vq", "supported=no");
}

static bool check_no_buffer(struct lab *lab)
{
    return without(lab, "behave=no-prime", "virtio features");
}

// The interval is set before the first instruction of the guest.
static bool check_later(struct lab *lab)
{
    struct lab_vm *vm = lab_boot(
        lab, &(struct lab_machine){.virtual_time = true,
                                   .extra = (const char *[]){"-S", NULL}});

    return vm && lab_set_interval(vm, INTERVAL) && lab_cont(vm) &&
           lab_await_sample(vm, 4) && lab_equal(vm);
}

static bool check_off_again(struct lab *lab)
{
    struct lab_vm *vm =
        lab_boot(lab, &(struct lab_machine){.append = "behave=no-driver",
                                            .virtual_time = true});

    return vm && lab_await_line(vm, "balloon behave=no-driver") &&
           polls_in_vain(lab, vm) && lab_set_interval(vm, 0) &&
           steps_clock_stands(lab, vm) &&
           steps_nothing(lab, vm, STEPS_NEVER_UPDATED);
}

static const struct claim claims[] = {
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
