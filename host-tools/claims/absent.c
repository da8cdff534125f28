// SPDX-License-Identifier: MIT
// Claims about statistics that a guest never sends, or leaves out once.
// Limits: the guest leaves out free-memory, all statistics, or all but four.
#include <inttypes.h>
#include <string.h>

#include "claims/registry.h"
#include "fixture/steps.h"
#include "qmp/json.h"

// json_uint64 tells -1 from 2^64-1, which some JSON readers confuse.
static bool check_minus_one(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture, &(struct fixture_machine){.append = "stats=free-memory"});
    AUTO_JSON struct json_object *value = NULL;
    uint64_t number = 0;

    if (!vm || !fixture_await_sample(vm, 1) ||
        !fixture_expect_value(vm, "swap-in", NULL) ||
        !fixture_get_property(vm, "guest-stats", &value)) {
        return false;
    }
    struct json_object *absent =
        json_member(json_member_object(value, "stats"), "stat-swap-in");
    enum json_integer kind = json_uint64(absent, &number);
    if (kind == JSON_INTEGER_OK && number == UINT64_MAX) {
        return fixture_conclude(
            fixture, FINDING_DOC_WRONG,
            "What the guest does not send is "
            "18446744073709551615, which is 2^64 - 1; there is no "
            "negative number.");
    }
    return (kind == JSON_INTEGER_NEGATIVE && number == 1) ||
           fixture_fail(fixture,
                        "stat-swap-in: expected -1 or 2^64-1, got %" PRIu64,
                        number);
}

#define FOUR "minor-faults,free-memory,total-memory,available-memory"

// The keys that QEMU has are the guest's four, with a value, and others,
// absent.
static bool expect_four(struct fixture_vm *vm)
{
    struct sample sample;
    size_t present = 0;

    if (!fixture_read_sample(vm, &sample)) {
        return false;
    }
    for (size_t i = 0; i < sample.count; i++) {
        const struct sample_entry *entry = &sample.entries[i];
        const bool sent = strstr("," FOUR ",", entry->key);

        if (entry->present != sent) {
            return fixture_fail(fixture_of(vm), "%s: expected %s, got %s",
                                entry->key, sent ? "a value" : "absent",
                                sent ? "none" : "a value");
        }
        present += sent;
    }
    return fixture_expect_u64(fixture_of(vm), "keys with a value", 4, present);
}

static bool check_unsupported(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "stats=" FOUR);

    return vm && expect_four(vm) && steps_next_sample(vm, 2) &&
           expect_four(vm) && fixture_expect_sample_equal(vm) &&
           steps_next_sample(vm, 3) && expect_four(vm) &&
           fixture_expect_sample_equal(vm);
}

static bool expect_all(struct fixture_vm *vm)
{
    struct sample sample;
    size_t present = 0;

    if (!fixture_read_sample(vm, &sample)) {
        return false;
    }
    for (size_t i = 0; i < sample.count; i++) {
        present += sample.entries[i].present;
    }
    return fixture_expect_u64(fixture_of(vm), "keys with a value", sample.count,
                              present) &&
           fixture_expect_sample_equal(vm);
}

static bool check_all(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, NULL);

    return vm && expect_all(vm) && steps_next_sample(vm, 2) && expect_all(vm);
}

static bool check_subset(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=subset");

    return vm && steps_expect_absent(vm, "free-memory") &&
           fixture_expect_sample_equal(vm) && steps_next_sample(vm, 2) &&
           steps_expect_absent(vm, "free-memory") &&
           steps_expect_present(vm, "total-memory") &&
           fixture_expect_sample_equal(vm);
}

static bool check_skip_one(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=skip-one:2");

    return vm && steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm) && steps_next_sample(vm, 2) &&
           steps_expect_absent(vm, "free-memory") &&
           steps_expect_present(vm, "total-memory") &&
           fixture_expect_sample_equal(vm) && steps_next_sample(vm, 3) &&
           steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm);
}

static bool check_skip_all(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=skip-all:2");

    return vm && steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm) && steps_next_sample(vm, 2) &&
           steps_expect_no_values(vm, STEPS_UPDATED) &&
           steps_next_sample(vm, 3) &&
           steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm);
}

static bool check_first_empty(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=skip-all:1");

    return vm && steps_expect_no_values(vm, STEPS_UPDATED) &&
           steps_next_sample(vm, 2) &&
           steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm);
}

static bool check_alternate(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=alternate");

    for (uint64_t seq = 1; vm && seq <= 6; seq++) {
        if (seq > 1 && !steps_next_sample(vm, seq)) {
            return false;
        }
        if (!(seq % 2 == 0 ? steps_expect_absent(vm, "free-memory")
                           : steps_expect_present(vm, "free-memory")) ||
            !fixture_expect_sample_equal(vm)) {
            return false;
        }
    }
    return vm;
}

static bool check_ambiguous(struct fixture *fixture)
{
    struct fixture_vm *vm =
        steps_boot(fixture, "behave=pattern:0xffffffffffffffff");

    if (!vm || !steps_expect_no_values(vm, STEPS_UPDATED)) {
        return false;
    }
    const struct truth_entry *sent =
        truth_find(fixture_truth(vm), "free-memory");
    if (!sent || sent->value != UINT64_MAX) {
        return fixture_fail(fixture, "expected the guest to send 2^64-1");
    }
    return fixture_conclude(
        fixture, FINDING_CAVEAT,
        "a guest that gives 2^64-1 for a value looks like one "
        "that does not give it");
}

static const struct claim claims[] = {
    {
        .id = "absent.minus-one",
        .place = "25-27",
        .statement = "A statistic that the guest does not send has the value "
                     "-1.",
        .expected = FINDING_DOC_WRONG,
        .check = check_minus_one,
    },
    {
        .id = "absent.unsupported",
        .place = "25-27, 46-47",
        .statement = "A statistic that the guest never gives is absent in "
                     "every sample.",
        .check = check_unsupported,
    },
    {
        .id = "absent.none",
        .place = "25-27, 46-47",
        .statement = "When the guest gives every statistic no key is absent, "
                     "from the first sample on: a value of 0 is a value.",
        .check = check_all,
    },
    {
        .id = "absent.subset",
        .place = "25-27",
        .statement = "Leaving out one statistic does no harm to the others.",
        .check = check_subset,
    },
    {
        .id = "absent.one-round",
        .place = "47-49",
        .statement = "A statistic that the guest leaves out once is absent "
                     "for this once, not old, and is back with the next "
                     "sample.",
        .check = check_skip_one,
    },
    {
        .id = "absent.all-for-a-round",
        .place = "47-49",
        .statement = "When the guest gives no statistic for one round all are "
                     "absent, and all are back with the next sample.",
        .check = check_skip_all,
    },
    {
        .id = "absent.all-at-first",
        .place = "47-49",
        .statement = "A guest whose first sample has no statistic counts as "
                     "updated, and its next sample is taken like any other.",
        .check = check_first_empty,
    },
    {
        .id = "absent.by-turns",
        .place = "47-49",
        .statement = "A statistic that comes with every second sample is "
                     "there and absent by turns.",
        .check = check_alternate,
    },
    {
        .id = "absent.told-apart",
        .place = "25-27",
        .statement = "The value that stands for absent says that the guest "
                     "gave none.",
        .expected = FINDING_CAVEAT,
        .check = check_ambiguous,
    },
};

const struct claim_list claims_absent = {claims,
                                         sizeof claims / sizeof *claims};
