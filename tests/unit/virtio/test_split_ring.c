// SPDX-License-Identifier: MIT
// The layout of a split ring, compared with tables and with the rules applied
// step by step; when an event is passed; the choice of a queue size.
// Pure functions. VIRTIO 1.4, 2.7, 2.7.2, 2.7.10.
#include "fakes/fake_report.h"
#include "virtio/queue/queue.h"
#include "virtio/queue/split_ring.h"
#include "unit/checks.h"

// LEG-06, LEG-07, MMIOL-18.
static void legacy_block_matches_the_known_table(void **state)
{
    static const struct {
        uint16_t size;
        uint32_t used;
        uint32_t bytes;
    } known[] = {
        {8, 0x1000, 0x2000},
        {128, 0x1000, 0x2000},
        {256, 0x2000, 0x3000},
        {1024, 0x5000, 0x8000},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct split_layout layout = split_layout(known[i].size, 4096);

        assert_int_equal(layout.available, 16u * known[i].size);
        assert_int_equal(layout.used, known[i].used);
        assert_int_equal(layout.bytes, known[i].bytes);
    }
}

// LEG-06, SPLIT-01: every legal size, both alignments in use and two others.
static void every_size_follows_the_rules(void **state)
{
    static const uint32_t aligns[] = {4, 64, 4096, 65536};

    for (uint32_t size = 1; size <= 32768; size *= 2) {
        for (size_t i = 0; i < 4; i++) {
            const struct split_layout layout =
                split_layout((uint16_t)size, aligns[i]);
            uint32_t used = 16 * size + 2 + 2 + 2 * size + 2;
            while (used % aligns[i] != 0) {
                used++;
            }
            uint32_t bytes = used + 2 + 2 + 8 * size + 2;
            while (bytes % aligns[i] != 0) {
                bytes++;
            }

            assert_int_equal(layout.available, 16 * size);
            assert_int_equal(layout.used_event, 16 * size + 4 + 2 * size);
            assert_int_equal(layout.used, used);
            assert_int_equal(layout.avail_event, used + 4 + 8 * size);
            assert_int_equal(layout.bytes, bytes);
        }
    }
}

static void a_size_that_is_no_power_of_two_is_our_mistake(void **state)
{
    fake_report_clear();
    expect_assert_failure((void)split_layout(100, 4));
    expect_assert_failure((void)split_layout(0, 4));
    expect_assert_failure((void)split_layout(8, 2));
}

// SPLIT-34, MMIO-14, MMIOL-09.
static void size_is_the_largest_power_of_two_that_both_allow(void **state)
{
    static const struct {
        uint32_t device_max;
        uint16_t wanted;
        uint16_t size;
    } cases[] = {
        {0, 8, 0},
        {1, 8, 1},
        {2, 8, 2},
        {3, 8, 2},
        {7, 8, 4},
        {8, 8, 8},
        {100, 1024, 64},
        {1024, 8, 8},
        {1024, 1024, 1024},
        {1000, 1000, 512},
        {40000, 65535, 32768},
        {UINT32_MAX, 8, 8},
        {UINT32_MAX, 65535, 32768},
        {65536, 1, 1},
        {1024, 0, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(
            virtqueue_choose_size(cases[i].device_max, cases[i].wanted),
            cases[i].size);
    }
}

// The rule as in the text: of the indices published one after another, was one
// equal to the event?
static bool walked(uint16_t event, uint16_t before, uint16_t after)
{
    for (uint16_t idx = before; idx != after; idx++) {
        if (idx == event) {
            return true;
        }
    }
    return false;
}

// SPLIT-24, SPLIT-25, around every border and across 65535 -> 0.
static void an_event_is_passed_exactly_when_a_batch_covers_it(void **state)
{
    static const uint16_t bases[] = {0, 1, 100, 32760, 65520, 65528, 65535};

    for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
        for (unsigned batch = 0; batch <= 9; batch++) {
            for (int near = -12; near <= 12; near++) {
                const uint16_t before = bases[b];
                const uint16_t after = (uint16_t)(before + batch);
                const uint16_t event = (uint16_t)(before + near);

                assert_int_equal(split_event_passed(event, before, after),
                                 walked(event, before, after));
            }
        }
    }
    assert_true(split_event_passed(65535, 65535, 0));
    assert_false(split_event_passed(0, 65535, 0));
    assert_true(split_event_passed(0, 65535, 1));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(legacy_block_matches_the_known_table),
        cmocka_unit_test(every_size_follows_the_rules),
        cmocka_unit_test(a_size_that_is_no_power_of_two_is_our_mistake),
        cmocka_unit_test(an_event_is_passed_exactly_when_a_batch_covers_it),
        cmocka_unit_test(size_is_the_largest_power_of_two_that_both_allow),
    };

    return cmocka_run_group_tests_name("split_layout", tests, NULL, NULL);
}
