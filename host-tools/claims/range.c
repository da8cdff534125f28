// SPDX-License-Identifier: MIT
// Claims about the values that guest-stats-polling-interval accepts or refuses.
// Limits: the refusals are QEMU's own texts, searched for as a whole.
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/refused.h"

static const char above[] = "timer value is too big";
static const char below[] = "timer value must be greater than zero";
static const char not_integer[] =
    "Invalid parameter type for 'guest-stats-polling-interval', "
    "expected: integer";

// Boots a guest and waits for its first sample.
static struct fixture_vm *boot(struct fixture *fixture)
{
    const struct fixture_machine machine = {0};
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    return vm && fixture_await_sample(vm, 1) ? vm : NULL;
}

static bool expect_interval(struct fixture_vm *vm, uint32_t expected)
{
    uint32_t seconds;

    return fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture_of(vm), "interval", expected, seconds);
}

static bool write_and_read(struct fixture_vm *vm, uint32_t seconds)
{
    return fixture_set_interval(vm, seconds) && expect_interval(vm, seconds);
}

static bool check_legal(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && expect_interval(vm, 0) && write_and_read(vm, 1) &&
           write_and_read(vm, UINT32_MAX) &&
           write_and_read(vm, UINT32_C(1) << 31) && write_and_read(vm, 0) &&
           write_and_read(vm, 0);
}

static bool check_above(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && fixture_interval_refused(vm, "4294967296", above) &&
           fixture_interval_refused(vm, "9223372036854775807", above);
}

static bool check_negative(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && fixture_interval_refused(vm, "-1", below) &&
           fixture_interval_refused(vm, "-9223372036854775808", below) &&
           fixture_set_interval(vm, 0) &&
           fixture_conclude(fixture, FINDING_CAVEAT,
                            "the refusal says \"%s\", but zero is legal",
                            below);
}

static bool check_type(struct fixture *fixture)
{
    static const char *const values[] = {
        "\"2\"",
        "2.5",
        "1.0",
        "1e3",
        "true",
        "null",
        "[]",
        "[2]",
        "{}",
        "9223372036854775808", // the first above QEMU's integers
        "18446744073709551615",
    };
    struct fixture_vm *vm = boot(fixture);
    bool good = vm;

    for (size_t i = 0; good && i < sizeof values / sizeof *values; i++) {
        good = fixture_interval_refused(vm, values[i], not_integer);
    }
    return good;
}

static bool check_at_launch(struct fixture *fixture)
{
    static const struct fixture_machine low = {
        .property = "guest-stats-polling-interval=-1",
    };
    static const struct fixture_machine high = {
        .property = "guest-stats-polling-interval=4294967296",
    };

    return fixture_boot_refused(fixture, &low, below) &&
           fixture_boot_refused(fixture, &high, above);
}

// A refusal that had turned polling off would show in the guest: QEMU sends a
// request at once when the interval changes from off to on, and only then.
static bool check_kept(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && fixture_set_interval(vm, 1000) &&
           fixture_await_sample(vm, 2) &&
           fixture_interval_refused(vm, "-1", below) &&
           fixture_interval_refused(vm, "4294967296", above) &&
           fixture_interval_refused(vm, "\"0\"", not_integer) &&
           expect_interval(vm, 1000) && fixture_expect_sample_equal(vm) &&
           fixture_expect_u64(fixture, "samples after the refusals", 2,
                              fixture_sent_seq(vm));
}

static bool check_read_only(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);
    const char *path = vm ? fixture_path(vm) : NULL;

    if (!path) {
        return false;
    }
    struct json_object *arguments =
        fixture_property_arguments(path, "guest-stats");
    json_object_object_add(arguments, "value", json_object_new_object());
    return fixture_qmp_with_refused(
               vm, "qom-set", arguments,
               "Property 'virtio-balloon-device.guest-stats' "
               "is not writable") &&
           fixture_expect_sample_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "range.legal",
        .place = "9-10",
        .statement = "The interval is 0 until it is written, and every whole "
                     "number of seconds from 0 to 4294967295 is taken and "
                     "read back.",
        .check = check_legal,
    },
    {
        .id = "range.above",
        .place = "beyond",
        .statement = "4294967296 seconds and more are refused as too big.",
        .forms = FORMS_ONCE,
        .check = check_above,
    },
    {
        .id = "range.negative",
        .place = "beyond",
        .statement = "Numbers below zero are refused.",
        .forms = FORMS_ONCE,
        .expected = FINDING_CAVEAT,
        .check = check_negative,
    },
    {
        .id = "range.type",
        .place = "beyond",
        .statement = "Whatever is not a JSON integer of 64 signed bits is "
                     "refused, 1.0 and \"2\" included.",
        .forms = FORMS_ONCE,
        .check = check_type,
    },
    {
        .id = "range.at-launch",
        .place = "beyond",
        .statement = "An interval out of range that is given with -device is "
                     "refused with the same words, and QEMU does not start.",
        .forms = FORMS_ONCE,
        .check = check_at_launch,
    },
    {
        .id = "range.refusal-harmless",
        .place = "beyond",
        .statement = "After a refusal the old interval is still there, and "
                     "the guest was not asked.",
        .check = check_kept,
    },
    {
        .id = "range.read-only",
        .place = "22-23",
        .statement = "guest-stats can be read and not written.",
        .forms = FORMS_ONCE,
        .check = check_read_only,
    },
};

const struct claim_list claims_range = {claims, sizeof claims / sizeof *claims};
