// SPDX-License-Identifier: MIT
// The legacy PCI interface: a block of I/O ports; the fake checks the width of
// every access. VIRTIO 1.4, 4.1.4.10, 4.1.5.1.3.1.
#include "unit/virtio/pci_function.h"

// LEG-04, LEG-11, PCIL-06: no FEATURES_OK, one word, bit 30 declined.
static void steps_1_to_6_go_by_the_book(void **state)
{
    static const char steps[] =
        "W012=0 R012=0 W012=1 W012=3 R000=79000012 W004=28000002";

    expect_steps_1_to_6(FAKE_PCI_LEGACY, steps, "W014=0 R014=0",
                        BIT(1) | BIT(27) | BIT(29));
}

// PCIL-07, PCIL-08: the device dictates the size, the address is in pages.
static void queue_registers_are_written_in_order(void **state)
{
    char expected[256];

    for (unsigned vectors = 0; vectors <= 2; vectors += 2) {
        struct dma_block ring;
        unsigned from = 0;

        begin(FAKE_PCI_LEGACY, vectors);
        fake_memory_dirty(true);
        assert_int_equal(set_up(1, 8, &ring, &from), OK);
        (void)snprintf(expected, sizeof(expected),
                       "W00e=1 R008=0 R00c=80 W00e=1 %sW008=%x",
                       vectors == 0 ? "" : "W016=1 R016=1 ",
                       (unsigned)(ring.device.value / 4096));
        assert_string_equal(fake_device_traffic(&fake, from), expected);
        assert_int_equal(fake.queues[1].used - ring.device.value, 4096);
        unplug();
    }
}

// PCIL-08: also a size larger than the driver needs, or not a power of two.
static void the_device_says_how_large_a_queue_is(void **state)
{
    static const uint32_t sizes[] = {1, 2, 128, 256, 1024};
    static const uint32_t refused[] = {3, 100, 65535};
    struct dma_block ring;
    unsigned from = 0;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        plug(FAKE_PCI_LEGACY, 0);
        fake.queue_max[0] = sizes[i];
        begin_plugged();
        assert_int_equal(set_up(0, 8, &ring, &from), OK);
        assert_true(fake.queues[0].ring.attached);
        unplug();
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        begin(FAKE_PCI_LEGACY, 0);
        fake.queues[0].size = refused[i];
        assert_int_equal(set_up(0, 8, &ring, &from), ERR_UNSUPPORTED);
        unplug();
    }
}

static void a_queue_of_size_0_does_not_exist(void **state)
{
    uint16_t size = 77;

    begin(FAKE_PCI_LEGACY, 0);
    assert_int_equal(virtio_device_queue_size(&device, 4, 8, &size), ERR_EMPTY);
    assert_int_equal(size, 0);
    unplug();
}

static void a_queue_in_use_before_set_up_is_an_error(void **state)
{
    expect_queue_in_use_refused(FAKE_PCI_LEGACY);
}

// Page 0 means "at rest", and 32 bits hold at most 16 TiB.
static void what_a_page_number_cannot_say_is_refused(void **state)
{
    static const uint64_t places[] = {0, UINT64_C(1) << 44, 0x1080};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const struct queue_addresses at = {.descriptors = {places[i]}};

        begin(FAKE_PCI_LEGACY, 0);
        assert_int_equal(device.transport->queue_attach(&device, 0, 128, &at),
                         ERR_RANGE);
        assert_null(strstr(fake_device_traffic(&fake, 0), "W008"));
        unplug();
    }
}

// PCIL-05: after the vector registers while they exist. CFG-07: no generation
// is read.
static void the_configuration_moves_with_msix(void **state)
{
    uint32_t pages = 0;

    for (unsigned vectors = 0; vectors <= 2; vectors += 2) {
        begin(FAKE_PCI_LEGACY, vectors);
        fake.num_pages = 4711;
        const unsigned from = fake.accesses;
        assert_int_equal(virtio_config_read32(&device, 0, &pages), OK);
        assert_int_equal(virtio_config_write32(&device, 4, 3), OK);
        assert_int_equal(pages, 4711);
        assert_int_equal(fake.actual, 3);
        assert_string_equal(fake_device_traffic(&fake, from),
                            vectors == 0 ? "R014=1267 W018=3"
                                         : "R018=1267 W01c=3");
        unplug();
    }
}

static void a_reset_is_over_when_the_status_reads_0(void **state)
{
    expect_reset_awaited(FAKE_PCI_LEGACY, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_1_to_6_go_by_the_book),
        cmocka_unit_test(queue_registers_are_written_in_order),
        cmocka_unit_test(the_device_says_how_large_a_queue_is),
        cmocka_unit_test(a_queue_of_size_0_does_not_exist),
        cmocka_unit_test(a_queue_in_use_before_set_up_is_an_error),
        cmocka_unit_test(what_a_page_number_cannot_say_is_refused),
        cmocka_unit_test(the_configuration_moves_with_msix),
        cmocka_unit_test(a_reset_is_over_when_the_status_reads_0),
    };

    return cmocka_run_group_tests_name("pci_virtio_legacy", tests, NULL, NULL);
}
