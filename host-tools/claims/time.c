// SPDX-License-Identifier: MIT
// Claims about the clock of polling, and about thousands of polls.
// Limits: the day is virtual; the other checks take seconds of wall-clock time.
#include <time.h>

#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/virtual_time.h"

enum {
    EACH = 10,          // seconds
    DAY = 86400 / EACH, // polls
};

// The last span ends four seconds after a poll. A lost poll, or an interval
// that is too long by one part in ten thousand, would change the number of
// polls or these four seconds.
static bool check_day(struct fixture *fixture)
{
    const struct virtual_time_machine machine = {.quiet = true};
    struct fixture_vm *vm = virtual_time_boot(fixture, &machine);
    uint64_t start;
    uint64_t end;

    if (!vm || !fixture_get_clock(vm, &start) ||
        !fixture_set_interval(vm, EACH) ||
        !virtual_time_run_to_sample(vm, DAY + 2) || !virtual_time_run(vm, 4) ||
        !fixture_get_clock(vm, &end) || !fixture_expect_sample_equal(vm)) {
        return false;
    }
    uint64_t passed = end - start;

    return (passed >= (uint64_t)DAY * EACH ||
            fixture_fail(fixture, "expected %d polls to take a day, got %llu s",
                         DAY, (unsigned long long)passed)) &&
           fixture_expect_u64(fixture, "polls by the machine's clock",
                              passed / EACH + 1, fixture_sent_seq(vm) - 1) &&
           fixture_expect_u64(fixture, "seconds since the last poll", 4,
                              passed % EACH) &&
           fixture_conclude(fixture, FINDING_HOLDS,
                            "8640 polls and none lost; less than 1 s of drift");
}

static uint64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// Only a lower bound is checked: a busy host delays everything. QEMU truncates
// the time to milliseconds, so a second may be a millisecond short.
static bool check_seconds(struct fixture *fixture)
{
    static const struct fixture_machine machine = {0};
    struct fixture_vm *vm = fixture_boot(fixture, &machine);
    struct sample before;
    struct sample after;

    if (!vm || !fixture_await_sample(vm, 1) ||
        !fixture_read_sample(vm, &before)) {
        return false;
    }
    uint64_t start = milliseconds();

    if (!fixture_set_interval(vm, 1) || !fixture_await_sample(vm, 3)) {
        return false;
    }
    uint64_t passed = milliseconds() - start;

    return (passed >= 998 ||
            fixture_fail(fixture, "expected 1 s between two polls, got %llu ms",
                         (unsigned long long)passed)) &&
           fixture_read_sample(vm, &after) &&
           (after.last_update >= before.last_update ||
            fixture_fail(fixture, "last-update went back from %llu to %llu",
                         (unsigned long long)before.last_update,
                         (unsigned long long)after.last_update));
}

// On a slow host the stop may come after sample 2, or in the
// middle of a sample.
static bool check_frozen(struct fixture *fixture)
{
    static const struct fixture_machine machine = {0};
    struct fixture_vm *vm = fixture_boot(fixture, &machine);
    struct sample before;

    if (!vm || !fixture_await_sample(vm, 1) || !fixture_set_interval(vm, 1) ||
        !fixture_await_sample(vm, 2) || !fixture_stop(vm) ||
        !fixture_read_sample(vm, &before)) {
        return false;
    }
    const uint64_t sent = fixture_sent_seq(vm);
    return fixture_sleep(fixture, 1200) &&
           fixture_expect_unchanged(vm, "1.2 s after the stop", &before) &&
           fixture_expect_u64(fixture, "samples while stopped", sent,
                              fixture_sent_seq(vm)) &&
           fixture_cont(vm) && fixture_await_sample(vm, sent + 1) &&
           fixture_expect_sample_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "time.day",
        .place = "18-20",
        .statement = "Polling every ten seconds for a day of the machine's "
                     "time gives exactly 8640 samples: none is lost, and the "
                     "interval does not drift.",
        .forms = FORMS_ONCE,
        .check = check_day,
    },
    {
        .id = "time.seconds",
        .place = "9-10",
        .statement = "On a machine that runs in real time the interval's unit "
                     "is the second of the wall clock.",
        .forms = FORMS_ONCE,
        .check = check_seconds,
    },
    {
        .id = "time.frozen",
        .place = "beyond",
        .statement = "The timer runs on the machine's clock: while the "
                     "machine is stopped nothing is polled, however long it "
                     "takes.",
        .forms = FORMS_ONCE,
        .check = check_frozen,
    },
};

const struct claim_list claims_time = {claims, sizeof claims / sizeof *claims};
