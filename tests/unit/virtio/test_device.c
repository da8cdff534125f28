// SPDX-License-Identifier: MIT
// The status machine and the initialisation procedure of a device, in both
// versions of the transport. VIRTIO 1.4, 2.1, 2.2, 2.4, 3.1.
#include "fakes/fake_device.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "virtio/features.h"
#include "virtio/mmio/mmio.h"
#include "unit/checks.h"

#define BIT(n) (UINT64_C(1) << (n))

static struct fake_device fake;
static struct virtio_device device;

static void find(uint32_t version)
{
    fake_report_clear();
    fake_memory_reset();
    fake_device_init(&fake, version);
    assert_int_equal(virtio_mmio_probe(&device, fake_device_region()), OK);
}

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    fake_device_destroy(&fake);
}

// Brings a device to DRIVER_OK without queues; a balloon requires some, so the
// fake's violations are cleared here.
static void go_live(uint32_t version)
{
    find(version);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    virtio_device_ready(&device);
    fake_report_clear();
}

// The values written to the status register, one hexadecimal word each.
static const char *statuses(void)
{
    static char text[256];
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < fake.accesses && i < 4096 && used < 200; i++) {
        if (fake.traffic[i].direction == 'W' &&
            fake.traffic[i].offset == 0x070) {
            static const char digits[] = "0123456789abcdef";

            text[used++] = digits[fake.traffic[i].value >> 4 & 15];
            text[used++] = digits[fake.traffic[i].value & 15];
            text[used++] = ' ';
            text[used] = '\0';
        }
    }
    return text;
}

// STATUS-01, INIT-01 to INIT-09, LEG-04, MMIO-12, MMIO-13, MMIO-29.
static void steps_1_to_6_go_by_the_book(void **state)
{
    find(2);
    assert_int_equal(virtio_device_begin(&device, BIT(1) | BIT(29)), OK);
    assert_string_equal(
        fake_device_traffic(&fake, 3),
        "W070=0 R070=0 R070=0 W070=1 R070=1 W070=3 "
        "W014=0 R010=30000012 W014=1 R010=101 "
        "W024=0 W020=20000002 W024=1 W020=1 R070=3 W070=b R070=b");
    assert_int_equal(device.features, BIT(1) | BIT(29) | BIT(32));
    finish();

    find(1);
    assert_int_equal(virtio_device_begin(&device, BIT(1) | BIT(29)), OK);
    assert_string_equal(fake_device_traffic(&fake, 3),
                        "W070=0 R070=0 W070=1 W070=3 W014=0 R010=39000012 "
                        "W024=0 W020=28000002 W028=1000");
    assert_int_equal(device.features, BIT(1) | BIT(27) | BIT(29));
    finish();
}

// INIT-11.
static void driver_ok_comes_last(void **state)
{
    go_live(2);
    assert_string_equal(statuses(), "00 01 03 0b 0f ");
    finish();
    go_live(1);
    assert_string_equal(statuses(), "00 01 03 07 ");
    finish();
}

// RESET-01.
static void a_slow_reset_is_waited_for(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        find(version);
        fake.late_resets = 500;
        assert_int_equal(virtio_device_begin(&device, 0), OK);
        finish();
    }
}

// INIT-12, INIT-13: bounded, logged, failed.
static void an_endless_reset_ends_the_start(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        find(version);
        fake.late_resets = FAKE_FOREVER;
        assert_int_equal(virtio_device_begin(&device, 0), ERR_TIMEOUT);
        assert_int_equal(fake_log_count("what=virtio_reset awaited=status_0"),
                         1);
        assert_int_equal(fake.status, 0x80);
        assert_int_equal(device.state, VIRTIO_FAILED);
        finish();
    }
}

// INIT-09, INIT-12, INIT-13, STATUS-02: the refusal is noticed, FAILED is added
// to the bits that the device left, no step follows.
static void refused_features_end_the_start(void **state)
{
    find(2);
    fake.refusals = 1;
    assert_int_equal(virtio_device_begin(&device, 0), ERR_UNSUPPORTED);
    assert_string_equal(statuses(), "00 01 03 0b 83 ");
    assert_int_equal(fake.traffic[fake.accesses - 1].offset, 0x070);
    assert_int_equal(fake_log_count("what=virtio_features refused"), 1);
    finish();
}

// FEAT-10, FEAT-03: a modern device without VERSION_1 is contradictory.
static void a_modern_device_without_version_1_is_not_driven(void **state)
{
    find(2);
    fake.offered = BIT(1) | BIT(33);
    assert_int_equal(virtio_device_begin(&device, BIT(1)), ERR_UNSUPPORTED);
    assert_string_equal(statuses(), "00 01 03 83 ");
    assert_null(strstr(fake_device_traffic(&fake, 0), "W020"));
    finish();
}

// STATUS-03.
static void a_failed_device_starts_again_with_a_reset(void **state)
{
    find(2);
    fake.refusals = 1;
    assert_int_equal(virtio_device_begin(&device, 0), ERR_UNSUPPORTED);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    assert_string_equal(statuses(), "00 01 03 0b 83 00 01 03 0b ");
    finish();
}

// FEAT-05, FEAT-11: all ones, and all ones beside STATS_VQ only.
static void junk_feature_bits_are_declined_and_harmless(void **state)
{
    find(2);
    fake.offered = UINT64_MAX;
    assert_int_equal(virtio_device_begin(&device, BIT(1)), OK);
    assert_int_equal(fake.accepted,
                     BIT(1) | BIT(32) | BIT(33) | BIT(34) | BIT(35) | BIT(36));
    finish();
    find(1);
    fake.offered = UINT64_MAX;
    assert_int_equal(virtio_device_begin(&device, BIT(1)), OK);
    assert_int_equal(fake.accepted, BIT(1) | BIT(27));
    finish();
}

static void expect_too_early(uint32_t version)
{
    uint16_t size = 0;

    find(version);
    expect_assert_failure(virtio_device_ready(&device));
    expect_assert_failure(virtio_device_notify(&device, 0));
    expect_assert_failure(
        (void)!virtio_device_queue_size(&device, 0, 8, &size));
    expect_assert_failure((void)!virtio_config_write32(&device, 4, 0));
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    expect_assert_failure(virtio_device_notify(&device, 0));
    virtio_device_fail(&device);
    expect_assert_failure(virtio_device_ready(&device));
    assert_null(strstr(fake_device_traffic(&fake, 0), "W050"));
    finish();
}

// INIT-14: the driver's own mistakes stop the machine.
static void doing_things_too_early_is_our_mistake(void **state)
{
    expect_too_early(1);
    expect_too_early(2);
}

// STATUS-04; and FAILED does not clear the device's own bit (STATUS-02).
static void needs_reset_is_seen_and_kept(void **state)
{
    go_live(2);
    assert_false(virtio_device_needs_reset(&device));
    fake_device_break(&fake);
    assert_true(virtio_device_needs_reset(&device));
    assert_int_equal(device.state, VIRTIO_NEEDS_RESET);
    assert_true(virtio_device_needs_reset(&device));
    // The caller of a kick need not check: the device left DRIVER_OK by itself.
    const unsigned before = fake.accesses;
    virtio_device_notify(&device, 0);
    assert_int_equal(fake.accesses, before);
    virtio_device_fail(&device);
    assert_int_equal(fake.status, 0xcf);
    assert_int_equal(virtio_device_reset(&device), OK);
    assert_false(virtio_device_needs_reset(&device));
    finish();
}

// LEG-02: legacy has no such bit; the status register is not read.
static void legacy_knows_no_needs_reset(void **state)
{
    go_live(1);
    const unsigned before = fake.accesses;
    assert_false(virtio_device_needs_reset(&device));
    assert_int_equal(fake.accesses, before);
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_1_to_6_go_by_the_book),
        cmocka_unit_test(driver_ok_comes_last),
        cmocka_unit_test(a_slow_reset_is_waited_for),
        cmocka_unit_test(an_endless_reset_ends_the_start),
        cmocka_unit_test(refused_features_end_the_start),
        cmocka_unit_test(a_modern_device_without_version_1_is_not_driven),
        cmocka_unit_test(a_failed_device_starts_again_with_a_reset),
        cmocka_unit_test(junk_feature_bits_are_declined_and_harmless),
        cmocka_unit_test(doing_things_too_early_is_our_mistake),
        cmocka_unit_test(needs_reset_is_seen_and_kept),
        cmocka_unit_test(legacy_knows_no_needs_reset),
    };

    return cmocka_run_group_tests_name("virtio_device", tests, NULL, NULL);
}
