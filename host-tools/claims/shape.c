// SPDX-License-Identifier: MIT
// Claims about the shape of guest-stats: its members and their types.
// QEMU, docs/virtio-balloon-stats.txt, 22-39.
#include <string.h>

#include "claims/registry.h"
#include "fixture/steps.h"
#include "qmp/json.h"

static bool expect_member(struct fixture *fixture, struct json_object *object,
                          const char *name, enum json_type type)
{
    struct json_object *member = json_member(object, name);

    if (!member) {
        return fixture_fail(fixture, "expected a member '%s', got none", name);
    }
    return json_object_is_type(member, type) ||
           fixture_fail(fixture, "%s: expected %s, got %s", name,
                        json_type_to_name(type),
                        json_type_to_name(json_object_get_type(member)));
}

// The caller puts the value.
static bool get_members(struct fixture_vm *vm, struct json_object **stats)
{
    return fixture_get_property(vm, "guest-stats", stats) &&
           fixture_expect_u64(fixture_of(vm), "members of guest-stats", 2,
                              (uint64_t)json_object_object_length(*stats)) &&
           expect_member(fixture_of(vm), *stats, "stats", json_type_object) &&
           expect_member(fixture_of(vm), *stats, "last-update", json_type_int);
}

static bool expect_members(struct fixture_vm *vm)
{
    AUTO_JSON struct json_object *stats = NULL;

    return get_members(vm, &stats);
}

static bool check_members(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, NULL);

    return vm && expect_members(vm) && steps_next_sample(vm, 2) &&
           expect_members(vm);
}

static bool check_members_before(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture,
        &(struct fixture_machine){.extra = (const char *[]){"-S", NULL}});

    return vm && expect_members(vm) &&
           steps_expect_no_values(vm, STEPS_NEVER_UPDATED);
}

static bool expect_integers(struct fixture *fixture, struct json_object *stats)
{
    if (json_object_object_length(json_member(stats, "stats")) == 0) {
        return fixture_fail(fixture, "expected some statistics, got none");
    }
    json_object_object_foreach(json_member(stats, "stats"), key, value)
    {
        uint64_t number = 0;

        if (strncmp(key, "stat-", 5) != 0) {
            return fixture_fail(fixture, "expected 'stat-...', got '%s'", key);
        }
        if (json_uint64(value, &number) != JSON_INTEGER_OK) {
            return fixture_fail(fixture,
                                "%s: expected an integer 0..2^64-1, got %s",
                                key, json_object_to_json_string(value));
        }
    }
    return true;
}

static bool check_integers(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, NULL);
    AUTO_JSON struct json_object *stats = NULL;

    return vm && get_members(vm, &stats) && expect_integers(fixture, stats);
}

static const struct claim claims[] = {
    {
        .id = "shape.members",
        .place = "22-39",
        .statement = "guest-stats is a dictionary of exactly two members, "
                     "stats and last-update.",
        .check = check_members,
    },
    {
        .id = "shape.members-before",
        .place = "22-39",
        .statement = "It has them, and every key of stats, before any guest "
                     "has run.",
        .forms = FORMS_ONCE,
        .check = check_members_before,
    },
    {
        .id = "shape.integers",
        .place = "25-36",
        .statement = "Every member of stats is named stat-..., and is an "
                     "integer that fits into 64 bits without a sign.",
        .check = check_integers,
    },
};

const struct claim_list claims_shape = {claims, sizeof claims / sizeof *claims};
