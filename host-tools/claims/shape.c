// SPDX-License-Identifier: MIT
// Claims about the first sample and about the value that means absent.
// QEMU, docs/virtio-balloon-stats.txt, 8, 22-39.
#include <inttypes.h>
#include <string.h>

#include "fixture/fixture.h"
#include "claims/registry.h"
#include "qmp/json.h"

static bool first_sample(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(fixture, &(struct fixture_machine){0});
    struct sample sample;
    uint32_t interval = 1;

    if (!vm || !fixture_await_sample(vm, 1) ||
        !fixture_expect_sample_equal(vm) || !fixture_interval(vm, &interval) ||
        !fixture_expect_u64(fixture, "the interval", 0, interval) ||
        !fixture_read(vm, &sample)) {
        return false;
    }
    if (sample.last_update == 0) {
        return fixture_fail(fixture, "last-update: expected a time, got 0");
    }
    return fixture_conclude(
        fixture, FINDING_DOC_WRONG,
        "The driver's first buffer counts as an update: its values "
        "and a last-update are there without any polling.");
}

// json_uint64 tells -1 from 2^64-1, which some JSON readers confuse.
static bool minus_one(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(fixture, &(struct fixture_machine){0});
    struct json_object *value;
    uint64_t number = 0;

    if (!vm || !fixture_await_sample(vm, 1) ||
        !fixture_expect_value(vm, "swap-in", NULL) ||
        !fixture_get(vm, "guest-stats", &value)) {
        return false;
    }
    struct json_object *absent =
        json_member(json_member_object(value, "stats"), "stat-swap-in");
    enum json_integer kind = json_uint64(absent, &number);
    json_object_put(value);
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

static const struct claim claims[] = {
    {
        .id = "driver.first-sample",
        .place = "8-10",
        .statement = "There are no statistics to query before polling was "
                     "enabled.",
        .expected = FINDING_DOC_WRONG,
        .check = first_sample,
    },
    {
        .id = "absent.minus-one",
        .place = "25-27",
        .statement = "A statistic that the guest does not send has the value "
                     "-1.",
        .expected = FINDING_DOC_WRONG,
        .check = minus_one,
    },
};

const struct claim_list claims_shape = {
    claims,
    sizeof claims / sizeof *claims,
};
