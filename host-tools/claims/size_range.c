// SPDX-License-Identifier: MIT
// Claims about targets at and beyond the limits, and about false sizes from a
// guest.
// QEMU, qapi/machine.json. Limits: the smallest size is this guest's choice.
#include "claims/registry.h"
#include "fixture/balloon_size.h"
#include "fixture/fixture.h"

#define VALUE(json) "{\"value\": " json "}"

static bool expect_refused(struct fixture_vm *vm, const char *arguments,
                           const char *desc)
{
    return fixture_qmp_refused(vm, "balloon", arguments, desc);
}

static bool check_above_ram(struct fixture *fixture)
{
    static const int64_t above[] = {BALLOON_SIZE_RAM + 1, BALLOON_SIZE_RAM * 2,
                                    INT64_MAX};
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        if (!vm || !balloon_size_set_and_await(vm, 64 * MIB_BYTES) ||
            !balloon_size_set(vm, above[i]) ||
            !balloon_size_await(vm, BALLOON_SIZE_RAM) ||
            !balloon_size_expect(vm, "above the RAM", BALLOON_SIZE_RAM)) {
            return false;
        }
    }
    return true;
}

// The machine is stopped during the refusals: a target accepted by mistake
// would show after cont, since the guest then follows the last target.
static bool check_zero(struct fixture *fixture)
{
    static const char *const values[] = {
        VALUE("0"), VALUE("-1"), VALUE("-4096"), VALUE("-9223372036854775808")};
    const int64_t size = 128 * MIB_BYTES;
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);
    const bool old = vm && fixture_version(fixture)->major < 8;

    if (!vm || !balloon_size_set_and_await(vm, size) || !fixture_stop(vm) ||
        !balloon_size_set(vm, 96 * MIB_BYTES)) {
        return false;
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (!expect_refused(vm, values[i],
                            old ? "Parameter 'target' expects a size"
                                : "Parameter 'value' expects a size")) {
            return false;
        }
    }
    return balloon_size_expect(vm, "after the refusals", size) &&
           fixture_cont(vm) && balloon_size_await(vm, 96 * MIB_BYTES) &&
           (!old || fixture_conclude(fixture, FINDING_CAVEAT,
                                     "the refusal speaks of 'target', but the "
                                     "argument's name is 'value'"));
}

static bool check_type(struct fixture *fixture)
{
    static const char *const values[] = {
        VALUE("1048576.0"), VALUE("\"64M\""), VALUE("\"67108864\""),
        VALUE("true"),      VALUE("{}"),
    };
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    for (size_t i = 0; vm && i < sizeof values / sizeof *values; i++) {
        if (!expect_refused(vm, values[i],
                            "Invalid parameter type for 'value'")) {
            return false;
        }
    }
    return vm && expect_refused(vm, VALUE("9223372036854775808"), "'value'") &&
           balloon_size_expect(vm, "after the refusals", BALLOON_SIZE_RAM);
}

static bool check_one_byte(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);
    int64_t size;

    return vm && balloon_size_set(vm, 1) &&
           fixture_await_line(vm, "target=65535") &&
           balloon_size_actual(vm, &size) &&
           ((size > BALLOON_PAGE_BYTES && size < 8 * MIB_BYTES) ||
            fixture_fail(fixture,
                         "query-balloon: expected what the guest keeps, got "
                         "%lld",
                         (long long)size)) &&
           balloon_size_set_and_await(vm, BALLOON_SIZE_RAM);
}

static bool check_no_device(struct fixture *fixture)
{
    static const char desc[] = "No balloon device has been activated";
    struct fixture_vm *vm = fixture_boot(
        fixture, &(struct fixture_machine){.device = "none", .no_guest = true});

    return vm && fixture_qmp_refused(vm, "query-balloon", NULL, desc) &&
           expect_refused(vm, VALUE("67108864"), desc) &&
           expect_refused(vm, VALUE("1"), desc);
}

static bool check_below_nothing(struct fixture *fixture)
{
    const int64_t size = BALLOON_SIZE_RAM - UINT32_MAX * BALLOON_PAGE_BYTES;
    struct fixture_vm *vm = balloon_size_boot(fixture, "behave=bad-actual");
    int64_t seen;

    return vm && balloon_size_event(vm, &seen) &&
           balloon_size_expect_i64(fixture, "BALLOON_CHANGE", size, seen) &&
           balloon_size_expect(vm, "of a guest that makes it up", size) &&
           balloon_size_set_and_await(vm, 128 * MIB_BYTES);
}

// A descriptor of length 0 makes QEMU mark the device broken; QEMU runs on.
static bool check_broken_device(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, "behave=zero-length");

    return vm && fixture_await_sample(vm, 1) &&
           balloon_size_set(vm, 64 * MIB_BYTES) &&
           fixture_sleep(fixture, 500) &&
           balloon_size_expect(vm, "of a broken device", BALLOON_SIZE_RAM);
}

static const struct claim claims[] = {
    {
        .id = "size.above-ram",
        .place = "beyond",
        .statement = "A target above the machine's RAM is taken without a "
                     "word, and is the RAM.",
        .forms = FORMS_ONCE,
        .check = check_above_ram,
    },
    {
        .id = "size.zero",
        .place = "beyond",
        .statement = "Targets of 0 and less are refused, and the target that "
                     "was set stays.",
        .forms = FORMS_ONCE,
        .expected = FINDING_CAVEAT,
        .since = 10,
        .then = FINDING_HOLDS,
        .check = check_zero,
    },
    {
        .id = "size.type",
        .place = "beyond",
        .statement = "A target that is not a JSON integer of 64 signed bits is "
                     "refused, 1048576.0 and \"64M\" included.",
        .forms = FORMS_ONCE,
        .check = check_type,
    },
    {
        .id = "size.one-byte",
        .place = "beyond",
        .statement = "A target of 1 byte is taken and asks for all pages but "
                     "one; the size is what the guest keeps.",
        .forms = FORMS_ONCE,
        .check = check_one_byte,
    },
    {
        .id = "size.no-device",
        .place = "beyond",
        .statement = "Without a device query-balloon and balloon are refused: "
                     "\"No balloon device has been activated\".",
        .forms = FORMS_ONCE,
        .check = check_no_device,
    },
    {
        .id = "size.broken-device",
        .place = "beyond",
        .statement = "A target for a device that its driver has broken is "
                     "taken like any other, and nothing comes of it.",
        .forms = FORMS_ONCE,
        .check = check_broken_device,
    },
    {
        .id = "size.below-nothing",
        .place = "beyond",
        .statement = "The size is the RAM less whatever the driver writes, "
                     "without a check: it can be less than nothing.",
        .check = check_below_nothing,
    },
};

const struct claim_list claims_size_range = {claims,
                                             sizeof claims / sizeof *claims};
