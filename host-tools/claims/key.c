// SPDX-License-Identifier: MIT
// Claims about the keys of guest-stats: which there are, and each one's tag.
// Limits: the keys of QEMU 7.2 to 11.x. The tag behind a key is found with a
// guest that sends a different value for each of the tags 0 to 15.
#include "claims/registry.h"
#include "fixture/steps.h"

enum {
    FIRST_KEYS = 6,  // listed in the document
    OLDER_KEYS = 10, // QEMU 7.2
    ALL_KEYS = 16,   // QEMU 10.0
    MARK = 7000000,  // the value of tag 0, see PATTERN
};

#define PATTERN "behave=pattern:7000000"

// The key shows the guest's value of this tag and of no other: each tag has a
// different value.
static bool check_tag(struct fixture *fixture, size_t tag)
{
    struct fixture_vm *vm = steps_boot(fixture, PATTERN);
    size_t count = 0;

    return vm &&
           steps_expect_value(vm, statistic_table(&count)[tag].key, MARK + tag);
}

static bool check_swap_in(struct fixture *fixture)
{
    return check_tag(fixture, 0);
}

static bool check_swap_out(struct fixture *fixture)
{
    return check_tag(fixture, 1);
}

static bool check_major_faults(struct fixture *fixture)
{
    return check_tag(fixture, 2);
}

static bool check_minor_faults(struct fixture *fixture)
{
    return check_tag(fixture, 3);
}

static bool check_free_memory(struct fixture *fixture)
{
    return check_tag(fixture, 4);
}

static bool check_total_memory(struct fixture *fixture)
{
    return check_tag(fixture, 5);
}

static bool expect_tags(struct fixture_vm *vm, size_t first, size_t end)
{
    size_t count = 0;
    const struct statistic *table = statistic_table(&count);

    for (size_t tag = first; tag < end; tag++) {
        if (!steps_expect_value(vm, table[tag].key, MARK + tag)) {
            return false;
        }
    }
    return true;
}

static bool check_four_later(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, PATTERN);

    return vm && expect_tags(vm, FIRST_KEYS, OLDER_KEYS);
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

    if (!vm || !fixture_read_sample(vm, &sample)) {
        return false;
    }
    if (keys_among(&sample, OLDER_KEYS, ALL_KEYS) > 0) {
        return expect_tags(vm, OLDER_KEYS, ALL_KEYS);
    }
    // The guest has sent these tags too: the tags before them arrived.
    return expect_tags(vm, 0, OLDER_KEYS) &&
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

    if (!vm || !fixture_read_sample(vm, &sample) ||
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

const struct claim_list claims_key = {claims, sizeof claims / sizeof *claims};
