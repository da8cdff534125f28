// SPDX-License-Identifier: MIT
// Claims about values: each arrives exactly as it was sent.
// Limits: one value at a time under all tags, plus the tag's number if the sum
// stays below the value that means absent.
#include "base/text.h"
#include "claims/registry.h"
#include "fixture/steps.h"

#define LARGEST (UINT64_MAX - 1)

// The expected values are computed, not taken from the guest's own line.
static bool check_value(struct fixture *fixture, uint64_t value)
{
    char append[64];
    size_t count = 0;
    const struct statistic *table = statistic_table(&count);
    struct sample sample;

    text_format(append, sizeof append, "behave=pattern:%llu",
                (unsigned long long)value);
    struct fixture_vm *vm = steps_boot(fixture, append);
    if (!vm || !fixture_read_sample(vm, &sample)) {
        return false;
    }
    size_t tag = 0;
    for (; tag < count && sample_find(&sample, table[tag].key); tag++) {
        if (!steps_expect_value(vm, table[tag].key,
                                value <= LARGEST - tag ? value + tag : value)) {
            return false;
        }
    }
    return (tag > 0 || fixture_fail(fixture, "no key to compare")) &&
           fixture_expect_u64(fixture, "keys that were compared", sample.count,
                              tag);
}

static bool check_zero(struct fixture *fixture)
{
    return check_value(fixture, 0);
}

static bool check_one(struct fixture *fixture)
{
    return check_value(fixture, 1);
}

static bool check_2_32(struct fixture *fixture)
{
    return check_value(fixture, UINT64_C(1) << 32);
}

static bool check_2_53(struct fixture *fixture)
{
    return check_value(fixture, (UINT64_C(1) << 53) + 1);
}

static bool check_2_63(struct fixture *fixture)
{
    return check_value(fixture, UINT64_C(1) << 63);
}

static bool check_largest(struct fixture *fixture)
{
    return check_value(fixture, LARGEST);
}

static bool check_falling(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=falling");

    for (uint64_t seq = 1; vm && seq <= 4; seq++) {
        if ((seq > 1 && !steps_next_sample(vm, seq)) ||
            !steps_expect_value(vm, "minor-faults",
                                (UINT64_C(4) << 40) - seq) ||
            !steps_expect_value(vm, "total-memory",
                                (UINT64_C(6) << 40) - seq) ||
            !fixture_expect_sample_equal(vm)) {
            return false;
        }
    }
    return vm;
}

static const struct claim claims[] = {
    {
        .id = "values.zero",
        .place = "25-27",
        .statement = "A value of 0 is a value, and is not absent.",
        .check = check_zero,
    },
    {
        .id = "values.one",
        .place = "beyond",
        .statement = "Values from 1 to 16 arrive exactly, under their own "
                     "keys.",
        .check = check_one,
    },
    {
        .id = "values.two-32",
        .place = "beyond",
        .statement = "Values from 2^32 on arrive exactly: nothing cuts them "
                     "to 32 bits.",
        .check = check_2_32,
    },
    {
        .id = "values.two-53",
        .place = "beyond",
        .statement = "Values from 2^53+1 on arrive exactly: nothing makes "
                     "them floating-point numbers.",
        .check = check_2_53,
    },
    {
        .id = "values.two-63",
        .place = "beyond",
        .statement = "Values from 2^63 on arrive exactly, without a sign.",
        .check = check_2_63,
    },
    {
        .id = "values.largest",
        .place = "25-27",
        .statement = "2^64-2 arrives exactly: only 2^64-1 stands for absent.",
        .check = check_largest,
    },
    {
        .id = "values.falling",
        .place = "beyond",
        .statement = "Values that fall are shown as they are: QEMU expects no "
                     "counter to grow.",
        .check = check_falling,
    },
};

const struct claim_list claims_values = {claims,
                                         sizeof claims / sizeof *claims};
