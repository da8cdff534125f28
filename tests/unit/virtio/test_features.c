// SPDX-License-Identifier: MIT
// The choice of features, bit by bit. Pure. VIRTIO 1.4, 2.2, 6, 6.3.
#include "virtio/features.h"
#include "unit/checks.h"

#define BIT(n) (UINT64_C(1) << (n))
#define ALL UINT64_MAX

// A driver that wants every feature it could name.
static uint64_t choose(uint64_t offered, bool legacy)
{
    return virtio_features_choose(offered, ALL, legacy);
}

// FEAT-01: for many offers, from all zeros to all ones.
static void nothing_is_accepted_that_was_not_offered(void **state)
{
    uint64_t offered = UINT64_C(0x9e3779b97f4a7c15);

    assert_int_equal(choose(0, false), 0);
    for (unsigned i = 0; i < 10000; i++) {
        offered = offered * UINT64_C(6364136223846793005) + 1442695040888963407;
        assert_int_equal(choose(offered, false) & ~offered, 0);
        assert_int_equal(choose(offered, true) & ~offered, 0);
    }
}

// FEAT-04 to FEAT-08, LEG-11, MMIO-38: from an offer of all ones exactly the
// known set is accepted; device type bits are the driver's choice.
static void of_all_ones_only_the_allow_list_is_accepted(void **state)
{
    assert_int_equal(virtio_features_choose(ALL, 0, false),
                     BIT(32) | BIT(33) | BIT(34) | BIT(35) | BIT(36));
    assert_int_equal(virtio_features_choose(ALL, 0, true), BIT(27));
    assert_int_equal(virtio_features_choose(ALL, BIT(28) | BIT(29), false),
                     BIT(28) | BIT(29) | BIT(32) | BIT(33) | BIT(34) | BIT(35) |
                         BIT(36));
    assert_int_equal(virtio_features_choose(ALL, BIT(28) | BIT(29), true),
                     BIT(27) | BIT(28) | BIT(29));
}

// FEAT-06, FEAT-07: each bit of the reserved range alone, beside VERSION_1, is
// declined even if the driver asks for it.
static void reserved_bits_stay_declined_one_by_one(void **state)
{
    static const unsigned good[] = {28, 29, 32, 33, 34, 35, 36};

    for (unsigned bit = 24; bit < 50; bit++) {
        bool known = false;

        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
            known = known || good[i] == bit;
        }
        assert_int_equal(choose(BIT(bit) | BIT(32), false),
                         BIT(32) | (known ? BIT(bit) : 0));
    }
}

// FEAT-02, FEAT-03: bits that depend on VERSION_1 are dropped with it.
static void what_needs_version_1_falls_with_it(void **state)
{
    const uint64_t leaning = BIT(33) | BIT(34) | BIT(35) | BIT(36);

    assert_int_equal(choose(leaning, false), 0);
    assert_int_equal(choose(ALL & ~BIT(32), false) & leaning, 0);
}

// LEG-02, LEG-10: one word and other rules on a legacy interface.
static void legacy_has_one_word_and_any_layout(void **state)
{
    assert_int_equal(choose(ALL, true) >> 32, 0);
    assert_int_equal(choose(BIT(27), true), BIT(27));
    assert_int_equal(choose(BIT(27), false), 0);
    assert_int_equal(choose(BIT(30), true), 0);
    assert_int_equal(choose(BIT(24), true), 0);
}

// FEAT-10, LEG-01.
static void modern_is_not_driven_without_version_1(void **state)
{
    assert_false(virtio_features_sufficient(0, false));
    assert_false(virtio_features_sufficient(~BIT(32), false));
    assert_true(virtio_features_sufficient(BIT(32), false));
    assert_true(virtio_features_sufficient(0, true));
}

// FEAT-04: junk beside a good offer changes nothing.
static void junk_beside_an_offer_changes_nothing(void **state)
{
    const uint64_t good = BIT(32) | BIT(29) | BIT(1);

    for (unsigned bit = 37; bit < 50; bit++) {
        assert_int_equal(
            virtio_features_choose(good | BIT(bit), BIT(1) | BIT(29), false),
            good);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_accepted_that_was_not_offered),
        cmocka_unit_test(of_all_ones_only_the_allow_list_is_accepted),
        cmocka_unit_test(reserved_bits_stay_declined_one_by_one),
        cmocka_unit_test(what_needs_version_1_falls_with_it),
        cmocka_unit_test(legacy_has_one_word_and_any_layout),
        cmocka_unit_test(modern_is_not_driven_without_version_1),
        cmocka_unit_test(junk_beside_an_offer_changes_nothing),
    };

    return cmocka_run_group_tests_name("virtio_features", tests, NULL, NULL);
}
