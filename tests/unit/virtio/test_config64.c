// SPDX-License-Identifier: MIT
// A configuration field of 64 bits, read as two halves, on every transport: the
// capacity of the fake disk. VIRTIO 1.4, 2.5.1, 2.5.4.
#include "fakes/disk_rig.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

#define VALUE UINT64_C(0x1234567890abcdef)

// Probed; the configuration may be read before any driver starts (2.5.1).
static struct disk_rig *found(void **state)
{
    struct disk_rig *rig = *state;

    rig->fake.disk.capacity = VALUE;
    assert_int_equal(disk_rig_find(rig), OK);
    return rig;
}

static void both_halves_are_read(void **state)
{
    struct disk_rig *rig = found(state);
    uint64_t value = 0;

    assert_int_equal(virtio_config_read64(&rig->device, 0, &value), OK);
    assert_true(value == VALUE);
}

// Generation, low half, high half, generation.
static void a_modern_device_takes_four_reads(void **state)
{
    struct disk_rig *rig = found(state);
    uint64_t value = 0;
    const unsigned before = rig->fake.accesses;

    assert_int_equal(virtio_config_read64(&rig->device, 0, &value), OK);
    assert_int_equal(rig->fake.accesses - before, 4);
}

// No generation: the value is read twice.
static void a_legacy_device_takes_two_values(void **state)
{
    struct disk_rig *rig = found(state);
    uint64_t value = 0;
    const unsigned before = rig->fake.accesses;

    assert_int_equal(virtio_config_read64(&rig->device, 0, &value), OK);
    assert_int_equal(rig->fake.accesses - before, 4);
}

// CFG-03. The old low half with the new high half would be a third value.
static void a_change_between_the_halves_is_never_seen(void **state)
{
    for (unsigned changes = 1; changes < 8; changes++) {
        struct disk_rig *rig = *state;
        uint64_t value = 0;

        rig->fake.disk.capacity = UINT64_C(0x00000000ffffffff);
        rig->fake.disk.growing = UINT64_C(0x0000000100000000);
        rig->fake.disk.grows = changes;
        assert_int_equal(disk_rig_find(rig), OK);
        assert_int_equal(virtio_config_read64(&rig->device, 0, &value), OK);
        assert_true(value == UINT64_C(0x00000000ffffffff) + changes);
        disk_rig_destroy(rig);
        *state = disk_rig_new(rig->form);
    }
}

static void a_field_that_never_settles_is_given_up(void **state)
{
    struct disk_rig *rig = found(state);
    uint64_t value = 5;

    rig->fake.disk.grows = FAKE_FOREVER;
    assert_int_equal(virtio_config_read64(&rig->device, 0, &value),
                     ERR_TIMEOUT);
    assert_int_equal(value, 5);
    assert_int_equal(fake_log_count("awaited=generation_settled"), 1);
}

// CFG-05, CFG-06: both halves.
static void a_field_must_lie_in_the_region(void **state)
{
    struct disk_rig *rig = found(state);
    uint64_t value = 0;

    rig->device.at.config.bytes = 8;
    assert_int_equal(virtio_config_read64(&rig->device, 0, &value), OK);
    rig->device.at.config.bytes = 7;
    assert_int_equal(virtio_config_read64(&rig->device, 0, &value), ERR_RANGE);
    rig->device.at.config.bytes = 4;
    assert_int_equal(virtio_config_read64(&rig->device, 0, &value), ERR_RANGE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DISK_TEST_ALL(both_halves_are_read),
        DISK_TEST_MODERN(a_modern_device_takes_four_reads),
        DISK_TEST_LEGACY(a_legacy_device_takes_two_values),
        DISK_TEST_ALL(a_change_between_the_halves_is_never_seen),
        DISK_TEST_ALL(a_field_that_never_settles_is_given_up),
        DISK_TEST_ALL(a_field_must_lie_in_the_region),
    };

    return cmocka_run_group_tests_name("config64", tests, NULL, NULL);
}
