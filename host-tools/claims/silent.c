// SPDX-License-Identifier: MIT
// Claims about a guest that does not answer, and about restarting its polling.
// Limits: virtual time except for one claim; the virtual clock stops when no
// timer is left, and the RTC's own last timer is at the end of the first day.
#include <json-c/json.h>

#include "claims/registry.h"
#include "fixture/steps.h"

enum {
    INTERVAL = 10,
    OTHER = 20,
    LONG = 5, // intervals by which an answer is late
};

#define POLLED "guest-stats-polling-interval=10"

// Polled from the first buffer on: in a gap without polling, virtual time could
// advance by a day.
static struct fixture_vm *boot(struct fixture *fixture, const char *append,
                               const char *const *extra)
{
    return fixture_boot(fixture, &(struct fixture_machine){.append = append,
                                                           .property = POLLED,
                                                           .virtual_time = true,
                                                           .extra = extra});
}

static bool expect_requests(struct fixture_vm *vm, uint64_t times)
{
    uint64_t requests = 0;

    return steps_count_requests(vm, &requests) &&
           fixture_expect_u64(fixture_of(vm), "requests", times, requests);
}

// One request was not answered, a day of virtual time has passed since, and the
// clock has stopped. NULL: failed.
static struct fixture_vm *boot_silent(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, "behave=silent:1", NULL);

    return vm && fixture_await_sample(vm, 1) &&
                   steps_expect_clock_stopped(vm) && expect_requests(vm, 1)
               ? vm
               : NULL;
}

static bool check_stops(struct fixture *fixture)
{
    return boot_silent(fixture);
}

static bool check_as_disabled(struct fixture *fixture)
{
    struct fixture_vm *vm = boot_silent(fixture);
    uint32_t interval = 0;

    return vm && steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm) &&
           fixture_get_interval(vm, &interval) &&
           fixture_expect_u64(fixture, "interval", INTERVAL, interval) &&
           fixture_conclude(
               fixture, FINDING_CAVEAT,
               "the values stay, and the timer is gone, but the property "
               "still has the interval");
}

static bool check_same(struct fixture *fixture)
{
    struct fixture_vm *vm = boot_silent(fixture);

    return vm && fixture_set_interval(vm, INTERVAL) &&
           steps_expect_clock_stopped(vm) && expect_requests(vm, 1);
}

// The timer runs again, and the device has no buffer to return.
static bool expect_no_other_request(struct fixture_vm *vm)
{
    return steps_await_clock(vm, STEPS_DAY + 50 * OTHER) &&
           expect_requests(vm, 1) && fixture_stop(vm) &&
           fixture_expect_sample_equal(vm);
}

static bool check_other(struct fixture *fixture)
{
    struct fixture_vm *vm = boot_silent(fixture);

    return vm && fixture_set_interval(vm, OTHER) && expect_no_other_request(vm);
}

static bool check_off_and_on(struct fixture *fixture)
{
    struct fixture_vm *vm = boot_silent(fixture);

    return vm && fixture_set_interval(vm, 0) &&
           steps_expect_clock_stopped(vm) &&
           fixture_set_interval(vm, INTERVAL) && expect_no_other_request(vm);
}

// In real time, with an interval of a second: QEMU 7.2 does not take a halted
// guest through a reset if the virtual clock has no timer left.
static bool check_reset(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=silent:1");
    uint64_t requests = 0;

    if (!vm || !fixture_cont(vm) || !fixture_set_interval(vm, 1) ||
        !expect_requests(vm, 1) || !fixture_reset(vm) ||
        !fixture_await_sample(vm, 1)) {
        return false;
    }
    while (requests == 0) {
        if (!fixture_sleep(fixture, 50) ||
            !steps_count_requests(vm, &requests)) {
            return false;
        }
    }
    return fixture_expect_u64(fixture, "requests", 1, requests) &&
           fixture_expect_sample_equal(vm);
}

// An instruction takes a microsecond here, so a guest that is busy for about
// 100 million instructions is late by many intervals.
static bool check_late(struct fixture *fixture)
{
    struct fixture_vm *vm =
        boot(fixture, "behave=late:2",
             (const char *[]){"-icount", "shift=10,sleep=off", NULL});
    uint64_t seconds = 0;
    uint64_t requests = 0;

    if (!vm || !fixture_await_sample(vm, 4) || !fixture_stop(vm) ||
        !fixture_get_clock(vm, &seconds)) {
        return false;
    }
    const uint64_t answers = fixture_sent_seq(vm) - 1;
    if (!steps_count_requests_from(vm, answers, &requests)) {
        return false;
    }
    if (seconds < (answers + LONG) * INTERVAL) {
        return fixture_fail(
            fixture, "%llu answers in %llu s: none of them was late",
            (unsigned long long)answers, (unsigned long long)seconds);
    }
    return requests == answers || requests == answers + 1 ||
           fixture_fail(fixture,
                        "expected as many requests as answers (%llu), or one "
                        "more, got %llu",
                        (unsigned long long)answers,
                        (unsigned long long)requests);
}

static const struct claim claims[] = {
    {
        .id = "silent.stops",
        .place = "55-58",
        .statement = "A guest that does not answer is not asked again, and "
                     "no timer is left running.",
        .check = check_stops,
    },
    {
        .id = "silent.as-disabled",
        .place = "57-58",
        .statement = "That has the effect of disabling polling.",
        .expected = FINDING_CAVEAT,
        .check = check_as_disabled,
    },
    {
        .id = "silent.same-interval",
        .place = "beyond",
        .statement = "Writing the same interval again does not start the "
                     "timer of a silent guest.",
        .check = check_same,
    },
    {
        .id = "silent.other-interval",
        .place = "beyond",
        .statement = "Another interval starts the timer of a silent guest, "
                     "which goes round without asking, since the guest has "
                     "the buffer.",
        .check = check_other,
    },
    {
        .id = "silent.off-and-on",
        .place = "beyond",
        .statement = "So does disabling and enabling polling.",
        .check = check_off_and_on,
    },
    {
        .id = "silent.reset",
        .place = "beyond",
        .statement = "The first buffer of the next boot starts the timer of a "
                     "silent guest with the interval that was left.",
        .forms = FORMS_ONCE,
        .check = check_reset,
    },
    {
        .id = "silent.late-answer",
        .place = "55-56",
        .statement = "An answer that is many intervals late starts the timer "
                     "again, and the intervals that were missed are not made "
                     "up for.",
        .check = check_late,
    },
};

const struct claim_list claims_silent = {claims,
                                         sizeof claims / sizeof *claims};
