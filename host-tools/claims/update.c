// SPDX-License-Identifier: MIT
// Claims about last-update: its clock, and the events that change it or do not.
// Limits: last-update has a resolution of a second; one claim lets one pass.
#include <time.h>

#include "claims/registry.h"
#include "fixture/steps.h"

// Seconds of the clock that g_get_real_time() reads.
static uint64_t host_seconds(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec;
}

// last-update lies between `since` and now.
static bool expect_host_time(struct fixture_vm *vm, uint64_t since)
{
    struct sample sample;

    if (!fixture_read_sample(vm, &sample)) {
        return false;
    }
    const uint64_t now = host_seconds();
    return (sample.last_update >= since && sample.last_update <= now) ||
           fixture_fail(fixture_of(vm),
                        "last-update: expected %llu to %llu, got %llu",
                        (unsigned long long)since, (unsigned long long)now,
                        (unsigned long long)sample.last_update);
}

static bool check_zero_before(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture, &(struct fixture_machine){.append = "behave=no-driver"});

    return vm && fixture_await_line(vm, "balloon behave=no-driver") &&
           steps_expect_no_values(vm, STEPS_NEVER_UPDATED);
}

// The machine's own clock is set to another year.
static bool check_host_clock(struct fixture *fixture)
{
    const uint64_t start = host_seconds();
    struct fixture_vm *vm = fixture_boot(
        fixture,
        &(struct fixture_machine){
            .extra = (const char *[]){"-rtc", "base=2001-09-09", NULL}});

    return vm && fixture_await_sample(vm, 1) && fixture_stop(vm) &&
           expect_host_time(vm, start);
}

static bool check_not_from_guest(struct fixture *fixture, const char *append)
{
    const uint64_t start = host_seconds();
    struct fixture_vm *vm = steps_boot(fixture, append);

    return vm && expect_host_time(vm, start) && steps_next_sample(vm, 2) &&
           expect_host_time(vm, start) &&
           steps_expect_present(vm, "total-memory");
}

// Small numbers under all tags, and numbers under unknown tags.
static bool check_guest_numbers(struct fixture *fixture)
{
    return check_not_from_guest(fixture, "behave=pattern:1") &&
           check_not_from_guest(fixture, "behave=unknown-tags");
}

static bool check_guest_largest(struct fixture *fixture)
{
    return check_not_from_guest(fixture, "behave=pattern:0xfffffffffffffffe");
}

static bool check_each_sample(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, NULL);

    if (!vm || !fixture_sleep(fixture, 1050)) {
        return false;
    }
    const uint64_t later = host_seconds();
    return steps_next_sample(vm, 2) && expect_host_time(vm, later);
}

static bool check_reading(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, NULL);
    struct sample sample;
    uint64_t requests = 0;

    for (int i = 0; i < 10; i++) {
        if (!vm || !fixture_cont(vm) || !fixture_read_sample(vm, &sample) ||
            !fixture_stop(vm)) {
            return false;
        }
    }
    return steps_count_requests(vm, &requests) &&
           fixture_expect_u64(fixture, "requests after ten readings", 0,
                              requests) &&
           fixture_expect_sample_equal(vm);
}

static bool check_short_buffer(struct fixture *fixture)
{
    const uint64_t start = host_seconds();
    struct fixture_vm *vm = steps_boot(fixture, "behave=prime-short");

    return vm && steps_expect_no_values(vm, STEPS_UPDATED) &&
           expect_host_time(vm, start) &&
           fixture_conclude(
               fixture, FINDING_CAVEAT,
               "any buffer counts as an update, even one too short for "
               "a single statistic");
}

static const struct claim claims[] = {
    {
        .id = "update.zero-before",
        .place = "38-39",
        .statement = "last-update is 0 before the guest has given anything.",
        .check = check_zero_before,
    },
    {
        .id = "update.host-clock",
        .place = "36-37",
        .statement = "last-update is the host's time of the last sample in "
                     "seconds since 1970, whatever year the machine's own "
                     "clock is in.",
        .check = check_host_clock,
    },
    {
        .id = "update.guest-numbers",
        .place = "37-38",
        .statement = "Nothing that a guest says under known or unknown tags "
                     "gets into last-update.",
        .check = check_guest_numbers,
    },
    {
        .id = "update.guest-largest",
        .place = "37-38",
        .statement = "The largest values that a guest can give don't get into "
                     "last-update either.",
        .check = check_guest_largest,
    },
    {
        .id = "update.each-sample",
        .place = "36-37",
        .statement = "Each sample sets last-update to the time of its own "
                     "arrival.",
        .forms = FORMS_ONCE,
        .check = check_each_sample,
    },
    {
        .id = "update.reading",
        .place = "22-23",
        .statement = "Reading guest-stats asks the guest for nothing; it "
                     "shows the last sample again.",
        .check = check_reading,
    },
    {
        .id = "update.short-buffer",
        .place = "38-39",
        .statement = "last-update stays 0 until the guest has given a "
                     "statistic.",
        .expected = FINDING_CAVEAT,
        .check = check_short_buffer,
    },
};

const struct claim_list claims_update = {claims,
                                         sizeof claims / sizeof *claims};
