// SPDX-License-Identifier: MIT
// Claims about the contents of guest-stats: members, types, each key.
// Limits: the keys of QEMU 7.2 to 11.x. The tag behind a key is found with a
// guest that sends a different value for each of the tags 0 to 15.
#include <string.h>

#include "claims/registry.h"
#include "fixture/steps.h"
#include "qmp/json.h"

enum {
    FIRST_KEYS = 6,  // listed in the document
    OLDER_KEYS = 10, // QEMU 7.2
    ALL_KEYS = 16,   // QEMU 10.0
    MARK = 7000000,  // the value of tag 0, see PATTERN
};

#define PATTERN "behave=pattern:7000000"

static bool member_is(struct fixture *fixture, struct json_object *object,
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
static bool get_both(struct fixture *fixture, struct fixture_vm *vm,
                     struct json_object **stats)
{
    return fixture_get(vm, "guest-stats", stats) &&
           fixture_expect_u64(fixture, "members of guest-stats", 2,
                              (uint64_t)json_object_object_length(*stats)) &&
           member_is(fixture, *stats, "stats", json_type_object) &&
           member_is(fixture, *stats, "last-update", json_type_int);
}

static bool look_at_members(struct fixture *fixture, struct fixture_vm *vm)
{
    struct json_object *stats = NULL;
    bool ok = get_both(fixture, vm, &stats);

    json_object_put(stats);
    return ok;
}

static bool check_members(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, NULL);

    return vm && look_at_members(fixture, vm) && steps_next(vm, 2) &&
           look_at_members(fixture, vm);
}

static bool check_members_before(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture,
        &(struct fixture_machine){.extra = (const char *[]){"-S", NULL}});

    return vm && look_at_members(fixture, vm) &&
           steps_nothing(fixture, vm, STEPS_NEVER_UPDATED);
}

static bool all_integers(struct fixture *fixture, struct json_object *stats)
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
    struct json_object *stats = NULL;

    bool ok =
        vm && get_both(fixture, vm, &stats) && all_integers(fixture, stats);
    json_object_put(stats);
    return ok;
}

// The key shows the guest's value of this tag and of no other: each tag has a
// different value.
static bool shows_tag(struct fixture *fixture, size_t tag)
{
    struct fixture_vm *vm = steps_boot(fixture, PATTERN);
    size_t count = 0;

    return vm && steps_value(vm, statistic_table(&count)[tag].key, MARK + tag);
}

static bool check_swap_in(struct fixture *fixture)
{
    return shows_tag(fixture, 0);
}

static bool check_swap_out(struct fixture *fixture)
{
    return shows_tag(fixture, 1);
}

static bool check_major_faults(struct fixture *fixture)
{
    return shows_tag(fixture, 2);
}

static bool check_minor_faults(struct fixture *fixture)
{
    return shows_tag(fixture, 3);
}

static bool check_free_memory(struct fixture *fixture)
{
    return shows_tag(fixture, 4);
}

static bool check_total_memory(struct fixture *fixture)
{
    return shows_tag(fixture, 5);
}

static bool show_tags(struct fixture_vm *vm, size_t first, size_t end)
{
    size_t count = 0;
    const struct statistic *table = statistic_table(&count);

    for (size_t tag = first; tag < end; tag++) {
        if (!steps_value(vm, table[tag].key, MARK + tag)) {
            return false;
        }
    }
    return true;
}

static bool check_four_later(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, PATTERN);

    return vm && show_tags(vm, FIRST_KEYS, OLDER_KEYS);
}

// The number of keys for the tags first..end-1.
static size_t keys_among(const struct sample *sample, size_t first, size_t end)
{
    size_t count = 0;
    size_t found = 0;
    const struct statistic *table = statistic_table(&count);

    for (size_t tag = first; tag < end; tag++) {
        found += sample_find(sample, table[tag].key) ? 1 : 0;
    }
    return found;
}

static bool check_six_later(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, PATTERN);
    struct sample sample;

    if (!vm || !fixture_read(vm, &sample)) {
        return false;
    }
    if (keys_among(&sample, OLDER_KEYS, ALL_KEYS) > 0) {
        return show_tags(vm, OLDER_KEYS, ALL_KEYS);
    }
    // The guest has sent these tags too: the tags before them arrived.
    return show_tags(vm, 0, OLDER_KEYS) &&
           fixture_conclude(
               fixture, FINDING_NOT_OBSERVABLE,
               "this QEMU has no keys for tags 10 to 15 and drops what "
               "the guest says under them");
}

static bool check_only_six(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, PATTERN);
    const struct qemu_version *version = fixture_version(fixture);
    struct sample sample;

    if (!vm || !fixture_read(vm, &sample) ||
        !fixture_expect_u64(fixture, "keys that the document lists", FIRST_KEYS,
                            keys_among(&sample, 0, FIRST_KEYS))) {
        return false;
    }
    if (version_known(version) &&
        !fixture_expect_u64(fixture, "keys of this version",
                            version->major < 10 ? OLDER_KEYS : ALL_KEYS,
                            sample.count)) {
        return false;
    }
    return sample.count == FIRST_KEYS ||
           fixture_conclude(
               fixture, FINDING_DOC_WRONG,
               "there are %zu statistics, the six and %zu that the "
               "document does not list",
               sample.count, sample.count - FIRST_KEYS);
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
    {
        .id = "key.only-six",
        .place = "27-34",
        .statement = "stats has the six listed keys and no others.",
        .expected = FINDING_DOC_WRONG,
        .check = check_only_six,
    },
    {
        .id = "key.swap-in",
        .place = "29",
        .statement = "stat-swap-in is what the guest gave under tag 0.",
        .check = check_swap_in,
    },
    {
        .id = "key.swap-out",
        .place = "30",
        .statement = "stat-swap-out is what the guest gave under tag 1.",
        .check = check_swap_out,
    },
    {
        .id = "key.major-faults",
        .place = "31",
        .statement = "stat-major-faults is what the guest gave under tag 2.",
        .check = check_major_faults,
    },
    {
        .id = "key.minor-faults",
        .place = "32",
        .statement = "stat-minor-faults is what the guest gave under tag 3.",
        .check = check_minor_faults,
    },
    {
        .id = "key.free-memory",
        .place = "33",
        .statement = "stat-free-memory is what the guest gave under tag 4.",
        .check = check_free_memory,
    },
    {
        .id = "key.total-memory",
        .place = "34",
        .statement = "stat-total-memory is what the guest gave under tag 5.",
        .check = check_total_memory,
    },
    {
        .id = "key.four-later",
        .place = "beyond",
        .statement = "stat-available-memory, stat-disk-caches, "
                     "stat-htlb-pgalloc and stat-htlb-pgfail are what the "
                     "guest gave under tags 6 to 9.",
        .check = check_four_later,
    },
    {
        .id = "key.six-later",
        .place = "beyond",
        .statement = "stat-oom-kills, stat-alloc-stalls, stat-async-scans, "
                     "stat-direct-scans, stat-async-reclaims and "
                     "stat-direct-reclaims are what the guest gave under tags "
                     "10 to 15.",
        .expected = FINDING_NOT_OBSERVABLE,
        .since = 10,
        .then = FINDING_HOLDS,
        .check = check_six_later,
    },
};

const struct claim_list claims_keys = {claims, sizeof claims / sizeof *claims};
