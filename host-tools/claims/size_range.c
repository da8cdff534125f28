// SPDX-License-Identifier: MIT
// Claims about targets at and beyond the limits, and about false sizes from a
// guest.
// QEMU, qapi/machine.json. Limits: the smallest size is this guest's choice.
#include "fixture/claim.h"
#include "fixture/fixture.h"
#include "claims/registry.h"
#include "fixture/balloon_size.h"

#define VALUE(json) "{\"value\": " json "}"

static bool refused(struct lab_vm *vm, const char *arguments, const char *desc)
{
    return lab_qmp_refused(vm, "balloon", arguments, desc);
}

static bool check_above_ram(struct lab *lab)
{
    static const int64_t above[] = {SIZES_RAM + 1, SIZES_RAM * 2, INT64_MAX};
    struct lab_vm *vm = sizes_boot(lab, NULL);

    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        if (!vm || !sizes_reach(lab, vm, 64 * SIZES_MIB) ||
            !sizes_ask(vm, above[i]) || !sizes_come(vm, SIZES_RAM) ||
            !sizes_is(lab, vm, "above the RAM", SIZES_RAM)) {
            return false;
        }
    }
    return true;
}

// The machine is stopped during the refusals: a target accepted by mistake
// would show after cont, since the guest then follows the last target.
static bool check_zero(struct lab *lab)
{
    static const char *const values[] = {
        VALUE("0"), VALUE("-1"), VALUE("-4096"), VALUE("-9223372036854775808")};
    const int64_t size = 128 * SIZES_MIB;
    struct lab_vm *vm = sizes_boot(lab, NULL);
    const bool old = vm && lab_version(lab)->major < 8;

    if (!vm || !sizes_reach(lab, vm, size) || !lab_stop(vm) ||
        !sizes_ask(vm, 96 * SIZES_MIB)) {
        return false;
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (!refused(vm, values[i],
                     old ? "Parameter 'target' expects a size"
                         : "Parameter 'value' expects a size")) {
            return false;
        }
    }
    return sizes_is(lab, vm, "after the refusals", size) && lab_cont(vm) &&
           sizes_come(vm, 96 * SIZES_MIB) &&
           (!old || lab_find(lab, FINDING_CAVEAT,
                             "the refusal speaks of 'target', but the "
                             "argument's name is 'value'"));
}

static bool check_type(struct lab *lab)
{
    static const char *const values[] = {
        VALUE("1048576.0"), VALUE("\"64M\""), VALUE("\"67108864\""),
        VALUE("true"),      VALUE("{}"),
    };
    struct lab_vm *vm = sizes_boot(lab, NULL);

    for (size_t i = 0; vm && i < sizeof values / sizeof *values; i++) {
        if (!refused(vm, values[i], "Invalid parameter type for 'value'")) {
            return false;
        }
    }
    return vm && refused(vm, VALUE("9223372036854775808"), "'value'") &&
           sizes_is(lab, vm, "after the refusals", SIZES_RAM);
}

static bool check_one_byte(struct lab *lab)
{
    struct lab_vm *vm = sizes_boot(lab, NULL);
    int64_t size;

    return vm && sizes_ask(vm, 1) && lab_await_line(vm, "target=65535") &&
           sizes_actual(lab, vm, &size) &&
           ((size > SIZES_PAGE && size < 8 * SIZES_MIB) ||
            lab_fail(lab,
                     "query-balloon: expected what the guest keeps, got "
                     "%lld",
                     (long long)size)) &&
           sizes_reach(lab, vm, SIZES_RAM);
}

static bool check_no_device(struct lab *lab)
{
    static const char desc[] = "No balloon device has been activated";
    struct lab_vm *vm = lab_boot(
        lab, &(struct lab_machine){.device = "none", .no_guest = true});

    return vm && lab_qmp_refused(vm, "query-balloon", NULL, desc) &&
           refused(vm, VALUE("67108864"), desc) &&
           refused(vm, VALUE("1"), desc);
}

static bool check_below_nothing(struct lab *lab)
{
    const int64_t size = SIZES_RAM - UINT32_MAX * SIZES_PAGE;
    struct lab_vm *vm = sizes_boot(lab, "behave=bad-actual");
    int64_t seen;

    return vm && sizes_event(lab, vm, &seen) &&
           sizes_same(lab, "BALLOON_CHANGE", size, seen) &&
           sizes_is(lab, vm, "of a guest that makes it up", size) &&
           sizes_reach(lab, vm, 128 * SIZES_MIB);
}

// A descriptor of length 0 makes QEMU mark the device broken; QEMU runs on.
static bool check_broken_device(struct lab *lab)
{
    struct lab_vm *vm = sizes_boot(lab, "behave=zero-length");

    return vm && lab_await_sample(vm, 1) && sizes_ask(vm, 64 * SIZES_MIB) &&
           lab_pass(lab, 500) &&
           sizes_is(lab, vm, "of a broken device", SIZES_RAM);
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
