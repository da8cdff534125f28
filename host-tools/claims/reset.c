// SPDX-License-Identifier: MIT
// Claims about the values, the interval and the timer after system_reset, and
// after a driver's reset of the device.
// Limits: the document mentions neither.
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/virtual_time.h"

static const struct virtual_time_machine plain = {0};

// system_reset of a stopped machine, which stays stopped, so that no driver
// changes the values read afterwards. (-no-reboot would end QEMU instead.)
static bool reset_stopped(struct fixture_vm *vm)
{
    if (!fixture_qmp(vm, "set-action", "{\"reboot\": \"reset\"}", NULL) ||
        !fixture_qmp(vm, "system_reset", NULL, NULL) ||
        !fixture_await_event(vm, "RESET", NULL)) {
        return false;
    }
    fixture_expect_any_seq(vm);
    return true;
}

static bool check_values(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);
    struct sample before;
    struct sample after;

    if (!vm || !fixture_set_interval(vm, 20) ||
        !virtual_time_expect_sent(vm, 2, "samples before the reset", 2) ||
        !fixture_expect_sample_equal(vm) || !fixture_read_sample(vm, &before) ||
        !reset_stopped(vm) || !fixture_read_sample(vm, &after)) {
        return false;
    }
    if (fixture_never_updated(&after)) {
        return true;
    }
    return fixture_expect_unchanged(vm, "after the reset, or none", &before) &&
           fixture_conclude(
               fixture, FINDING_CAVEAT,
               "the last boot's values and last-update stay readable "
               "until the next driver's first buffer");
}

// The timer would fire 8 s after the first request; the new driver's first
// buffer restarts the interval, so it fires 8 s after that buffer.
static bool check_polling(struct fixture *fixture)
{
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);
    uint64_t start;
    uint32_t seconds;

    if (!vm || !fixture_set_interval(vm, 8) ||
        !virtual_time_expect_sent(vm, 2, "samples before the reset", 2) ||
        !reset_stopped(vm) || !fixture_get_interval(vm, &seconds) ||
        !fixture_expect_u64(fixture, "interval after the reset", 8, seconds) ||
        !fixture_get_clock(vm, &start)) {
        return false;
    }
    if (fixture_is_pci(fixture)) {
        return virtual_time_expect_paced(vm, start, 8, 4) &&
               virtual_time_run(vm, 2) && fixture_expect_sample_equal(vm);
    }
    return virtual_time_expect_sent(vm, 6, "samples of the new boot after 6 s",
                                    1) &&
           virtual_time_expect_sent(vm, 4, "samples of the new boot after 10 s",
                                    2) &&
           virtual_time_expect_sent(vm, 8, "samples of the new boot after 18 s",
                                    3) &&
           fixture_expect_sample_equal(vm);
}

// Sample 2 is the answer to the first poll. While the device holds its buffer,
// the driver resets the device; sample 3 is the first buffer after that.
static bool check_by_driver(struct fixture *fixture)
{
    const struct virtual_time_machine machine = {.append =
                                                     "behave=reset-holding:2"};
    struct fixture_vm *vm = virtual_time_boot(fixture, &machine);
    uint32_t seconds;

    return vm && fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 2, "samples right after the reset",
                                    3) &&
           fixture_expect_sample_equal(vm) &&
           fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture, "interval after the reset", 4,
                              seconds) &&
           virtual_time_expect_sent(vm, 4, "samples an interval later", 4) &&
           virtual_time_expect_sent(vm, 4, "samples two intervals later", 5) &&
           fixture_expect_sample_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "reset.values",
        .place = "beyond",
        .statement = "After system_reset every statistic is absent and "
                     "last-update is 0, until the new boot's driver speaks.",
        .expected = FINDING_CAVEAT,
        .since = 10,
        .then = FINDING_HOLDS,
        .check = check_values,
    },
    {
        .id = "reset.polling",
        .place = "beyond",
        .statement = "system_reset leaves the interval alone; polling goes on "
                     "a whole interval after the new driver's first buffer.",
        .check = check_polling,
    },
    {
        .id = "reset.by-driver",
        .place = "beyond",
        .statement = "A driver that resets the device in the midst of polling "
                     "loses nothing: its new first buffer counts as a sample, "
                     "and the next request comes an interval later.",
        .check = check_by_driver,
    },
};

const struct claim_list claims_reset = {claims, sizeof claims / sizeof *claims};
