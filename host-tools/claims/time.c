// SPDX-License-Identifier: MIT
// Claims about the clock of polling, and about thousands of polls.
// Limits: the day is virtual; the other checks take seconds of wall-clock time.
#include <time.h>

#include "fixture/claim.h"
#include "fixture/fixture.h"
#include "claims/registry.h"
#include "fixture/samples.h"
#include "fixture/virtual_time.h"

enum {
    EACH = 10,          // seconds
    DAY = 86400 / EACH, // polls
};

// The last span ends four seconds after a poll. A lost poll, or an interval
// that is too long by one part in ten thousand, would change the number of
// polls or these four seconds.
static bool check_day(struct lab *lab)
{
    const struct span_machine machine = {.quiet = true};
    struct lab_vm *vm = span_boot(lab, &machine);
    uint64_t start;
    uint64_t end;

    if (!vm || !lab_clock(vm, &start) || !lab_set_interval(vm, EACH) ||
        !span_until_sample(vm, DAY + 2) || !span_run(vm, 4) ||
        !lab_clock(vm, &end) || !lab_equal(vm)) {
        return false;
    }
    uint64_t passed = end - start;

    return (passed >= (uint64_t)DAY * EACH ||
            lab_fail(lab, "expected %d polls to take a day, got %llu s", DAY,
                     (unsigned long long)passed)) &&
           lab_same(lab, "polls by the machine's clock", passed / EACH + 1,
                    lab_sent(vm) - 1) &&
           lab_same(lab, "seconds since the last poll", 4, passed % EACH) &&
           lab_find(lab, FINDING_HOLDS,
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
static bool check_seconds(struct lab *lab)
{
    static const struct lab_machine machine = {0};
    struct lab_vm *vm = lab_boot(lab, &machine);
    struct sample before;
    struct sample after;

    if (!vm || !lab_await_sample(vm, 1) || !lab_read(vm, &before)) {
        return false;
    }
    uint64_t start = milliseconds();

    if (!lab_set_interval(vm, 1) || !lab_await_sample(vm, 3)) {
        return false;
    }
    uint64_t passed = milliseconds() - start;

    return (passed >= 998 ||
            lab_fail(lab, "expected 1 s between two polls, got %llu ms",
                     (unsigned long long)passed)) &&
           lab_read(vm, &after) &&
           (after.last_update >= before.last_update ||
            lab_fail(lab, "last-update went back from %llu to %llu",
                     (unsigned long long)before.last_update,
                     (unsigned long long)after.last_update));
}

// On a slow host the stop may come after sample 2, or in mid-sample.
static bool check_frozen(struct lab *lab)
{
    static const struct lab_machine machine = {0};
    struct lab_vm *vm = lab_boot(lab, &machine);
    struct sample before;

    if (!vm || !lab_await_sample(vm, 1) || !lab_set_interval(vm, 1) ||
        !lab_await_sample(vm, 2) || !lab_stop(vm) || !lab_read(vm, &before)) {
        return false;
    }
    const uint64_t sent = lab_sent(vm);
    return lab_pass(lab, 1200) &&
           samples_unchanged(lab, vm, "1.2 s after the stop", &before) &&
           lab_same(lab, "samples while stopped", sent, lab_sent(vm)) &&
           lab_cont(vm) && lab_await_sample(vm, sent + 1) && lab_equal(vm);
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
