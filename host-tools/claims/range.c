// SPDX-License-Identifier: MIT
// Claims about the values that guest-stats-polling-interval accepts or refuses.
// Limits: the refusals are QEMU's own texts, searched for as a whole.
#include "fixture/claim.h"
#include "fixture/fixture.h"
#include "fixture/refused.h"
#include "claims/registry.h"

static const char above[] = "timer value is too big";
static const char below[] = "timer value must be greater than zero";
static const char not_integer[] =
    "Invalid parameter type for 'guest-stats-polling-interval', "
    "expected: integer";

// Boots a guest and waits for its first sample.
static struct lab_vm *boot(struct lab *lab)
{
    const struct lab_machine machine = {0};
    struct lab_vm *vm = lab_boot(lab, &machine);

    return vm && lab_await_sample(vm, 1) ? vm : NULL;
}

static bool interval_is(struct lab *lab, struct lab_vm *vm, uint32_t expected)
{
    uint32_t seconds;

    return lab_interval(vm, &seconds) &&
           lab_same(lab, "interval", expected, seconds);
}

static bool write_and_read(struct lab *lab, struct lab_vm *vm, uint32_t seconds)
{
    return lab_set_interval(vm, seconds) && interval_is(lab, vm, seconds);
}

static bool check_legal(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && interval_is(lab, vm, 0) && write_and_read(lab, vm, 1) &&
           write_and_read(lab, vm, UINT32_MAX) &&
           write_and_read(lab, vm, UINT32_C(1) << 31) &&
           write_and_read(lab, vm, 0) && write_and_read(lab, vm, 0);
}

static bool check_above(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && lab_interval_refused(vm, "4294967296", above) &&
           lab_interval_refused(vm, "9223372036854775807", above);
}

static bool check_negative(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && lab_interval_refused(vm, "-1", below) &&
           lab_interval_refused(vm, "-9223372036854775808", below) &&
           lab_set_interval(vm, 0) &&
           lab_find(lab, FINDING_CAVEAT,
                    "the refusal says \"%s\", but zero is legal", below);
}

static bool check_type(struct lab *lab)
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
    struct lab_vm *vm = boot(lab);
    bool good = vm;

    for (size_t i = 0; good && i < sizeof values / sizeof *values; i++) {
        good = lab_interval_refused(vm, values[i], not_integer);
    }
    return good;
}

static bool check_at_launch(struct lab *lab)
{
    static const struct lab_machine low = {
        .property = "guest-stats-polling-interval=-1",
    };
    static const struct lab_machine high = {
        .property = "guest-stats-polling-interval=4294967296",
    };

    return lab_boot_refused(lab, &low, below) &&
           lab_boot_refused(lab, &high, above);
}

// A refusal that had turned polling off would show in the guest: QEMU sends a
// request at once when the interval changes from off to on, and only then.
static bool check_kept(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && lab_set_interval(vm, 1000) && lab_await_sample(vm, 2) &&
           lab_interval_refused(vm, "-1", below) &&
           lab_interval_refused(vm, "4294967296", above) &&
           lab_interval_refused(vm, "\"0\"", not_integer) &&
           interval_is(lab, vm, 1000) && lab_equal(vm) &&
           lab_same(lab, "samples after the refusals", 2, lab_sent(vm));
}

static bool check_read_only(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);
    const char *path = vm ? lab_path(vm) : NULL;

    if (!path) {
        return false;
    }
    struct json_object *arguments = lab_property(path, "guest-stats");
    json_object_object_add(arguments, "value", json_object_new_object());
    return lab_qmp_with_refused(vm, "qom-set", arguments,
                                "Property 'virtio-balloon-device.guest-stats' "
                                "is not writable") &&
           lab_equal(vm);
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
