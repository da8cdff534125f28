// SPDX-License-Identifier: MIT
// The document's four examples, sent as printed there.
// Limits: on a machine where the examples' path is the balloon's, which takes
// one more device; see path.document and path.counted.
#include <string.h>

#include "fixture/claim.h"
#include "fixture/fixture.h"
#include "claims/registry.h"

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

static struct lab_vm *boot(struct lab *lab)
{
    static const char *const extra[] = {
        "-S", "-device", "virtio-rng-pci", "-device", "virtio-balloon", NULL,
    };
    const struct lab_machine machine = {
        .machine = "pc",
        .defaults = true,
        .no_guest = true,
        .device = "none",
        .extra = extra,
    };

    return lab_boot(lab, &machine);
}

// qom-set answers with an object without members: { "return": {} }.
static bool set(struct lab *lab, struct lab_vm *vm, const char *arguments,
                uint32_t expected)
{
    struct json_object *result;
    uint32_t seconds;

    if (!lab_qmp(vm, "qom-set", arguments, &result)) {
        return false;
    }
    bool empty = json_object_is_type(result, json_type_object) &&
                 json_object_object_length(result) == 0;

    json_object_put(result);
    return (empty || lab_fail(lab, "expected the answer {}, got another")) &&
           lab_interval(vm, &seconds) &&
           lab_same(lab, "interval", expected, seconds);
}

static bool check_enable(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && set(lab, vm, SET_2, 2);
}

static bool check_change(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && set(lab, vm, SET_2, 2) && set(lab, vm, SET_10, 10);
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

static bool judge_answer(struct lab *lab, struct json_object *answer)
{
    struct json_object *stats;
    struct json_object *update;

    if (!json_object_object_get_ex(answer, "stats", &stats) ||
        !json_object_object_get_ex(answer, "last-update", &update) ||
        json_object_object_length(answer) != 2) {
        return lab_fail(lab, "expected the members stats and last-update, "
                             "got others");
    }
    int members = json_object_object_length(stats);

    if (!lab_same(lab, "statistics of the example", 6, count_known(stats))) {
        return false;
    }
    return members == 6 ||
           lab_find(lab, FINDING_CAVEAT,
                    "%d statistics more than the example shows", members - 6);
}

static bool check_get(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);
    struct json_object *answer;

    if (!vm || !lab_qmp(vm, "qom-get", GET, &answer)) {
        return false;
    }
    bool good = judge_answer(lab, answer);

    json_object_put(answer);
    return good;
}

static bool check_disable(struct lab *lab)
{
    struct lab_vm *vm = boot(lab);

    return vm && set(lab, vm, SET_10, 10) &&
           lab_qmp_refused(vm, "qom-set", SET_0,
                           "Property 'virtio-balloon-pci."
                           "stats-polling-interval' not found") &&
           set(lab, vm, SET_0_AS_MEANT, 0) &&
           lab_find(lab, FINDING_DOC_WRONG,
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
