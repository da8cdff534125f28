// SPDX-License-Identifier: MIT
// The memory that a guest can spare, and the changes that take more: with
// memory reserved between RAM and the guest's total, old samples, and false
// statistics.
#include "balloon/spare.h"

#include "unit/checks.h"

#define MIB (UINT64_C(1) << 20)
#define RAM (256 * MIB)

enum {
    NO_KEY = 0
};

// Keys without a value are absent; 0 omits the key.
static struct sample sample_of(uint64_t total, uint64_t available,
                               uint64_t available_free)
{
    const struct sample_entry entries[] = {
        {"total-memory", true, total},
        {"available-memory", true, available},
        {"free-memory", true, available_free}};
    struct sample sample = {.last_update = 9};

    for (size_t i = 0; i < 3; i++) {
        if (entries[i].value != NO_KEY) {
            sample.entries[sample.count++] = entries[i];
        }
    }
    return sample;
}

// Debian's Linux with 256 MiB: 62 MiB are never part of its total.
static struct spare linux_spare(void)
{
    const struct sample sample = sample_of(209 * MIB, 194 * MIB, 150 * MIB);

    return spare_of(&sample, RAM, RAM, false);
}

static enum spare_verdict judge(const struct spare *spare, uint64_t actual,
                                uint64_t target, bool settled)
{
    const struct spare_change change = {(int64_t)actual, target, RAM, settled};

    return spare_judge(spare, &change);
}

static void what_is_taken_is_compared_with_what_is_available(void **state)
{
    const struct spare spare = linux_spare();

    assert_true(spare.known && !spare.at_least);
    assert_int_equal(spare.bytes, 194 * MIB);
    // It uses 15 MiB, and 32 MiB are more; yet 224 MiB would be taken.
    assert_true(spare.use_known);
    assert_int_equal(spare.used, 15 * MIB);
    assert_int_equal(judge(&spare, RAM, 32 * MIB, false), SPARE_SHORT);
    assert_int_equal(judge(&spare, RAM, 62 * MIB, false), SPARE_ENOUGH);
    assert_int_equal(judge(&spare, RAM, 62 * MIB - 4096, true), SPARE_SHORT);
}

static void what_is_given_is_never_too_much(void **state)
{
    const struct spare none = {0};

    assert_int_equal(judge(&none, 64 * MIB, 64 * MIB, false), SPARE_ENOUGH);
    assert_int_equal(judge(&none, 64 * MIB, RAM, false), SPARE_ENOUGH);
    assert_int_equal(judge(&none, 64 * MIB, 63 * MIB, false), SPARE_UNKNOWN);
}

static void a_sample_of_another_size_makes_it_unsure(void **state)
{
    const struct spare spare = linux_spare();

    // Relative to the RAM, or to the present 200 MiB? 140 of 194, or 196 of
    // them.
    assert_int_equal(judge(&spare, 200 * MIB, 60 * MIB, false), SPARE_UNSURE);
    assert_int_equal(judge(&spare, 200 * MIB, 60 * MIB, true), SPARE_ENOUGH);
    assert_int_equal(judge(&spare, RAM, 60 * MIB, true), SPARE_SHORT);
    // If both readings are sufficient, the difference does not matter.
    assert_int_equal(judge(&spare, 200 * MIB, 62 * MIB, false), SPARE_ENOUGH);
}

static void free_memory_permits_and_never_refuses(void **state)
{
    const struct sample sample = sample_of(209 * MIB, NO_KEY, 100 * MIB);
    const struct spare spare = spare_of(&sample, RAM, RAM, false);

    assert_true(spare.known && spare.at_least && !spare.use_known);
    assert_int_equal(judge(&spare, RAM, 156 * MIB, true), SPARE_ENOUGH);
    assert_int_equal(judge(&spare, RAM, 155 * MIB, true), SPARE_UNKNOWN);
    assert_int_equal(judge(&spare, 200 * MIB, 150 * MIB, false), SPARE_UNSURE);
}

static void deflate_on_oom_may_return_what_is_in_the_balloon(void **state)
{
    // The total includes the balloon: the driver has accepted the feature.
    const struct sample agreed = sample_of(250 * MIB, 20 * MIB, NO_KEY);
    const struct sample not = sample_of(90 * MIB, 20 * MIB, NO_KEY);
    struct spare spare = spare_of(&agreed, 96 * MIB, RAM, true);

    assert_int_equal(spare.returns, 160 * MIB);
    assert_int_equal(spare.used, 70 * MIB);
    assert_int_equal(judge(&spare, 96 * MIB, 16 * MIB, true), SPARE_ENOUGH);
    spare = spare_of(&not, 96 * MIB, RAM, true);
    assert_int_equal(spare.returns, 0);
    assert_int_equal(judge(&spare, 96 * MIB, 75 * MIB, true), SPARE_SHORT);
    // Not offered: then the sample is of an earlier, larger size.
    spare = spare_of(&agreed, 96 * MIB, RAM, false);
    assert_int_equal(spare.returns, 0);
}

static void statistics_that_cannot_be_are_not_believed(void **state)
{
    struct sample sample = sample_of(209 * MIB, 210 * MIB, NO_KEY);

    assert_false(spare_of(&sample, RAM, RAM, false).known);
    assert_false(spare_of(&sample, RAM, RAM, false).use_known);
    sample = sample_of(NO_KEY, RAM + 1, NO_KEY);
    assert_false(spare_of(&sample, RAM, RAM, false).known);
    sample = sample_of(UINT64_MAX - 1, UINT64_MAX - 1, NO_KEY);
    assert_false(spare_of(&sample, RAM, RAM, true).known);
    sample = sample_of(NO_KEY, 100 * MIB, NO_KEY);
    assert_true(spare_of(&sample, RAM, RAM, false).known);
    assert_false(spare_of(&sample, RAM, RAM, false).use_known);
    sample.entries[0].present = false;
    assert_false(spare_of(&sample, RAM, RAM, false).known);
    sample = sample_of(209 * MIB, 194 * MIB, NO_KEY);
    sample.last_update = 0;
    assert_false(spare_of(&sample, RAM, RAM, false).known);
    sample = sample_of(NO_KEY, NO_KEY, NO_KEY);
    assert_false(spare_of(&sample, RAM, RAM, false).known);
}

// The size that a guest reports may be any 64-bit number.
static void sizes_at_the_edge_of_64_bits_do_not_overflow(void **state)
{
    const struct sample sample = sample_of(INT64_MAX, INT64_MAX, NO_KEY);
    const int64_t sizes[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX};
    const uint64_t targets[] = {4096, 1 << 20, INT64_MAX};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizeof targets / sizeof targets[0]; j++) {
            const struct spare spare =
                spare_of(&sample, sizes[i], INT64_MAX, true);
            const struct spare_change change = {sizes[i], targets[j], INT64_MAX,
                                                false};
            const bool takes = sizes[i] > (int64_t)targets[j];

            assert_int_equal(spare_judge(&spare, &change), SPARE_ENOUGH);
            assert_int_equal(spare_taken(&change),
                             takes ? (uint64_t)sizes[i] - targets[j] : 0);
        }
    }
}

static void an_age_is_there_only_where_the_clock_is_one(void **state)
{
    struct sample sample = {0};
    int64_t age = 7;

    assert_false(sample_age(&sample, 100, &age));
    sample.last_update = 40;
    assert_true(sample_age(&sample, 100, &age));
    assert_int_equal(age, 60);
    sample.last_update = 110;
    assert_true(sample_age(&sample, 100, &age));
    assert_int_equal(age, -10);
    sample.last_update = INT64_MAX;
    assert_true(sample_age(&sample, 1, &age));
    assert_int_equal(age, 1 - INT64_MAX);
    age = 7;
    sample.last_update = UINT64_C(1) << 63;
    assert_false(sample_age(&sample, 100, &age));
    sample.last_update = UINT64_MAX;
    assert_false(sample_age(&sample, 100, &age));
    assert_int_equal(age, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_compared_with_what_is_available),
        cmocka_unit_test(what_is_given_is_never_too_much),
        cmocka_unit_test(a_sample_of_another_size_makes_it_unsure),
        cmocka_unit_test(free_memory_permits_and_never_refuses),
        cmocka_unit_test(deflate_on_oom_may_return_what_is_in_the_balloon),
        cmocka_unit_test(statistics_that_cannot_be_are_not_believed),
        cmocka_unit_test(sizes_at_the_edge_of_64_bits_do_not_overflow),
        cmocka_unit_test(an_age_is_there_only_where_the_clock_is_one),
    };

    return cmocka_run_group_tests_name("host_spare", tests, NULL, NULL);
}
