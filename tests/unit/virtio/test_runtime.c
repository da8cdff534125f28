// SPDX-License-Identifier: MIT
// Events of a running device: interrupts, status, configuration, in both
// versions of the transport. VIRTIO 1.4, 2.3, 2.5, 4.2.3.4.
#include "fakes/fake_device.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "virtio/mmio/mmio.h"
#include "unit/checks.h"

static struct fake_device fake;
static struct virtio_device device;

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    fake_device_destroy(&fake);
}

// Brings a device to DRIVER_OK without queues; a balloon requires some, so the
// fake's violations are cleared here.
static void go_live(uint32_t version)
{
    fake_report_clear();
    fake_memory_reset();
    fake_device_init(&fake, version);
    assert_int_equal(virtio_mmio_probe(&device, fake_device_region()), OK);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    virtio_device_ready(&device);
    fake_report_clear();
}

// MMIO-18, MMIO-20, MMIO-30, MMIO-32.
static void exactly_the_known_causes_are_acknowledged(void **state)
{
    for (uint32_t causes = 0; causes <= 3; causes++) {
        go_live(2);
        fake.junk_causes = 0xfffffffc;
        fake_device_raise(&fake, causes);
        const unsigned before = fake.accesses;
        assert_int_equal(virtio_device_interrupt(&device), causes != 0);
        assert_int_equal(fake.accesses - before, causes == 0 ? 1 : 2);
        assert_false(fake_device_line(&fake));
        assert_int_equal(virtio_device_take_events(&device), causes);
        assert_int_equal(virtio_device_take_events(&device), 0);
        assert_string_equal(fake_log(), ""); // nothing in interrupt context
        finish();
    }
}

static void events_gather_until_they_are_taken(void **state)
{
    go_live(1);
    fake_device_raise(&fake, 1);
    virtio_device_interrupt(&device);
    fake_device_raise(&fake, 2);
    virtio_device_interrupt(&device);
    assert_int_equal(virtio_device_take_events(&device),
                     VIRTIO_EVENT_QUEUE | VIRTIO_EVENT_CONFIG);
    finish();
}

static void a_reset_forgets_events(void **state)
{
    go_live(2);
    fake_device_raise(&fake, 3);
    virtio_device_interrupt(&device);
    assert_int_equal(virtio_device_reset(&device), OK);
    assert_int_equal(virtio_device_take_events(&device), 0);
    finish();
}

// CFG-03: a change between the two generation reads costs one pass each.
static void config_is_read_between_two_equal_generations(void **state)
{
    uint32_t pages = 0;

    go_live(2);
    fake.num_pages = 4711;
    fake.generation = 9;
    unsigned before = fake.accesses;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), OK);
    assert_int_equal(pages, 4711);
    assert_string_equal(fake_device_traffic(&fake, before),
                        "R0fc=9 R100=1267 R0fc=9");
    for (uint32_t changes = 1; changes <= 5; changes++) {
        fake.unsettled = changes;
        before = fake.accesses;
        assert_int_equal(virtio_config_read32(&device, 0, &pages), OK);
        assert_int_equal(pages, 4711);
        assert_int_equal(fake.accesses - before, 3 * (changes + 1));
    }
    finish();
}

static void a_config_that_never_settles_is_given_up(void **state)
{
    uint32_t pages = 5;

    go_live(2);
    fake.unsettled = FAKE_FOREVER;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), ERR_TIMEOUT);
    assert_int_equal(pages, 5);
    assert_int_equal(fake_log_count("awaited=generation_settled"), 1);
    finish();
}

// MMIOL-17, CFG-07: one read, no generation.
static void legacy_config_is_one_read(void **state)
{
    uint32_t pages = 0;

    go_live(1);
    fake.num_pages = 4711;
    const unsigned before = fake.accesses;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), OK);
    assert_string_equal(fake_device_traffic(&fake, before), "R100=1267");
    assert_int_equal(pages, 4711);
    finish();
}

// CFG-05, CFG-06: any region that holds the field works.
static void a_config_field_must_lie_in_the_region(void **state)
{
    uint32_t pages = 0;

    go_live(2);
    device.at.config.bytes = 8;
    assert_int_equal(virtio_config_read32(&device, 4, &pages), OK);
    assert_int_equal(virtio_config_read32(&device, 8, &pages), ERR_RANGE);
    assert_int_equal(virtio_config_write32(&device, 8, 0), ERR_RANGE);
    device.at.config.bytes = 7;
    assert_int_equal(virtio_config_read32(&device, 4, &pages), ERR_RANGE);
    device.at.config.bytes = 0;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), ERR_RANGE);
    assert_int_equal(virtio_config_read32(&device, 0xfffffffc, &pages),
                     ERR_RANGE);
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_known_causes_are_acknowledged),
        cmocka_unit_test(events_gather_until_they_are_taken),
        cmocka_unit_test(a_reset_forgets_events),
        cmocka_unit_test(config_is_read_between_two_equal_generations),
        cmocka_unit_test(a_config_that_never_settles_is_given_up),
        cmocka_unit_test(legacy_config_is_one_read),
        cmocka_unit_test(a_config_field_must_lie_in_the_region),
    };

    return cmocka_run_group_tests_name("virtio_runtime", tests, NULL, NULL);
}
