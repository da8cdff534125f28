// SPDX-License-Identifier: MIT
// The document's four examples, sent as printed there.
// Limits: on a machine where the examples' path is the balloon's, which takes
// one more device; see path.document and path.counted.
#include <string.h>

#include "claims/registry.h"
#include "fixture/fixture.h"
#include "qmp/json.h"

#define DEVICE "\"path\": \"/machine/peripheral-anon/device[1]\", "
#define SET_2                                                                  \
    "{ " DEVICE "\"property\": \"guest-stats-polling-interval\", "             \
    "\"value\": 2 }"
#define SET_10                                                                 \
    "{ " DEVICE "\"property\": \"guest-stats-polling-interval\", "             \
    "\"value\": 10 }"
#define GET "{ " DEVICE "\"property\": \"guest-stats\" }"
#define SET_0                                                                  \
    "{ " DEVICE "\"property\": \"stats-polling-interval\", \"value\": 0 }"
#define SET_0_AS_MEANT                                                         \
    "{ " DEVICE "\"property\": \"guest-stats-polling-interval\", "             \
    "\"value\": 0 }"

static struct fixture_vm *boot(struct fixture *fixture)
{
    static const char *const extra[] = {
        "-S", "-device", "virtio-rng-pci", "-device", "virtio-balloon", NULL,
    };
    const struct fixture_machine machine = {
        .machine = "pc",
        .defaults = true,
        .no_guest = true,
        .device = "none",
        .extra = extra,
    };

    return fixture_boot(fixture, &machine);
}

// qom-set answers with an object without members: { "return": {} }.
static bool set(struct fixture_vm *vm, const char *arguments, uint32_t expected)
{
    AUTO_JSON struct json_object *result = NULL;
    uint32_t seconds;

    if (!fixture_qmp(vm, "qom-set", arguments, &result)) {
        return false;
    }
    bool empty = json_object_is_type(result, json_type_object) &&
                 json_object_object_length(result) == 0;

    return (empty || fixture_fail(fixture_of(vm),
                                  "expected the answer {}, got another")) &&
           fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture_of(vm), "interval", expected, seconds);
}

static bool check_enable(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && set(vm, SET_2, 2);
}

static bool check_change(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && set(vm, SET_2, 2) && set(vm, SET_10, 10);
}

// The number of the example's six statistics that exist.
static size_t count_known(struct json_object *stats)
{
    static const char *const keys[] = {
        "stat-swap-out",     "stat-free-memory",  "stat-minor-faults",
        "stat-major-faults", "stat-total-memory", "stat-swap-in",
    };
    struct json_object *value;
    size_t count = 0;

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        count += json_object_object_get_ex(stats, keys[i], &value) &&
                 json_object_is_type(value, json_type_int);
    }
    return count;
}

static bool check_answer(struct fixture *fixture, struct json_object *answer)
{
    struct json_object *stats;
    struct json_object *update;

    if (!json_object_object_get_ex(answer, "stats", &stats) ||
        !json_object_object_get_ex(answer, "last-update", &update) ||
        json_object_object_length(answer) != 2) {
        return fixture_fail(fixture,
                            "expected the members stats and last-update, "
                            "got others");
    }
    int members = json_object_object_length(stats);

    if (!fixture_expect_u64(fixture, "statistics of the example", 6,
                            count_known(stats))) {
        return false;
    }
    return members == 6 ||
           fixture_conclude(fixture, FINDING_CAVEAT,
                            "%d statistics more than the example shows",
                            members - 6);
}

static bool check_get(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);
    AUTO_JSON struct json_object *answer = NULL;

    return vm && fixture_qmp(vm, "qom-get", GET, &answer) &&
           check_answer(fixture, answer);
}

static bool check_disable(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm && set(vm, SET_10, 10) &&
           fixture_qmp_refused(vm, "qom-set", SET_0,
                               "Property 'virtio-balloon-pci."
                               "stats-polling-interval' not found") &&
           set(vm, SET_0_AS_MEANT, 0) &&
           fixture_conclude(
               fixture, FINDING_DOC_WRONG,
               "there is no property stats-polling-interval; its name is "
               "guest-stats-polling-interval");
}

static const struct claim claims[] = {
    {
        .id = "example.enable",
        .place = "64-70",
        .statement = "The first example, polling every 2 seconds, is accepted "
                     "as printed.",
        .forms = FORMS_ONCE,
        .check = check_enable,
    },
    {
        .id = "example.change",
        .place = "72-78",
        .statement = "The second example, from 2 to 10 seconds, is accepted "
                     "as printed.",
        .forms = FORMS_ONCE,
        .check = check_change,
    },
    {
        .id = "example.get",
        .place = "80-96",
        .statement = "The third example, reading the statistics, is answered "
                     "in the form printed.",
        .forms = FORMS_ONCE,
        .expected = FINDING_CAVEAT,
        .check = check_get,
    },
    {
        .id = "example.disable",
        .place = "99-105",
        .statement = "The fourth example, turning polling off, is accepted as "
                     "printed.",
        .forms = FORMS_ONCE,
        .expected = FINDING_DOC_WRONG,
        .check = check_disable,
    },
};

const struct claim_list claims_example = {claims,
                                          sizeof claims / sizeof *claims};
