// SPDX-License-Identifier: MIT
// Claims about the values, the interval and the timer after stop and cont.
// Limits: the document mentions neither.
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/virtual_time.h"

static bool check_readable(struct fixture *fixture)
{
    static const struct fixture_machine machine = {0};
    struct fixture_vm *vm = fixture_boot(fixture, &machine);
    struct sample before;
    uint32_t seconds;

    // After "sent" QEMU may not have taken the buffer yet, if its main loop
    // handles notifications; once the sample compares equal, it has.
    return vm && fixture_await_sample(vm, 1) &&
           fixture_set_interval(vm, 1000) && fixture_await_sample(vm, 2) &&
           fixture_expect_sample_equal(vm) &&
           fixture_read_sample(vm, &before) && fixture_stop(vm) &&
           fixture_expect_unchanged(vm, "on the stopped machine", &before) &&
           fixture_expect_sample_equal(vm) && fixture_set_interval(vm, 500) &&
           fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture, "interval written while stopped", 500,
                              seconds);
}

// The next sample is due in 6 seconds, 8 seconds after the interval began. It
// began with the answer to the first request, or, if QEMU notifies the queues
// at this "cont", with that notification, which replaces the first request.
static struct fixture_vm *boot_due(struct fixture *fixture)
{
    const struct virtual_time_machine notify_at_cont = {.notify_at_cont = true};
    struct fixture_vm *vm = virtual_time_boot(fixture, &notify_at_cont);

    return vm && fixture_set_interval(vm, 8) && virtual_time_run_slowly(vm, 2)
               ? vm
               : NULL;
}

// The stops are after 2, 6 and 10 s. A "cont" that counts as an answer of the
// guest moves the next request to 8 s after itself.
static bool check_countdown(struct fixture *fixture)
{
    struct fixture_vm *vm = boot_due(fixture);
    uint64_t last = vm ? fixture_sent_seq(vm) : 0;

    if (!vm || !virtual_time_run_slowly(vm, 4) ||
        !fixture_expect_u64(fixture, "samples after 6 s", last,
                            fixture_sent_seq(vm)) ||
        !virtual_time_run_slowly(vm, 4)) {
        return false;
    }
    if (fixture_sent_seq(vm) == last + 1) {
        return true;
    }
    return fixture_expect_u64(fixture, "samples after 10 s", last,
                              fixture_sent_seq(vm)) &&
           virtual_time_run_slowly(vm, 10) &&
           fixture_expect_u64(fixture, "samples 10 s after the last cont",
                              last + 1, fixture_sent_seq(vm)) &&
           fixture_conclude(
               fixture, FINDING_CAVEAT,
               "cont kicks all queues of a device that uses ioeventfd, "
               "and so begins the interval anew");
}

static const struct claim claims[] = {
    {
        .id = "stop.readable",
        .place = "beyond",
        .statement = "On a stopped machine guest-stats can be read, with the "
                     "values of before, and the interval can be written.",
        .check = check_readable,
    },
    {
        .id = "stop.countdown",
        .place = "beyond",
        .statement = "After cont the interval goes on where stop had halted "
                     "it.",
        .since = 10,
        .then = FINDING_CAVEAT,
        .check = check_countdown,
    },
};

const struct claim_list claims_stop = {claims, sizeof claims / sizeof *claims};
