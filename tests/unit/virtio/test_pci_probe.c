// SPDX-License-Identifier: MIT
// PCI functions that are virtio devices: their types, the interface used, and
// its place. VIRTIO 1.4, 4.1.2, 4.1.4, 4.1.5.1.1.
#include "fakes/fake_pci_bus.h"
#include "unit/virtio/pci_function.h"

// The device was not accessed, and no byte of configuration space after the
// header was written.
static void expect_only_looked(void)
{
    assert_int_equal(fake.accesses, 0);
    for (unsigned i = 0x40; i < PCI_CONFIG_BYTES; i++) {
        assert_int_equal(function.config_writes[i], 0);
    }
}

// PCI-01, PCI-03, PCI-04, PCI-14.
static void a_modern_id_is_matched_whatever_the_other_ids_say(void **state)
{
    static const uint8_t revisions[] = {0, 1, 0xff};
    static const uint16_t subsystems[] = {0, 2, 5, 0x1100, 0xffff};

    for (unsigned i = 0; i < 3 * 5; i++) {
        plug(FAKE_PCI, 2);
        fake_pci_poke(&function, 0x08, 1, revisions[i % 3]);
        fake_pci_poke(&function, 0x2c, 2, subsystems[4 - i / 3]);
        fake_pci_poke(&function, 0x2e, 2, subsystems[i / 3]);
        assert_int_equal(probe(), OK);
        assert_int_equal(device.device_id, 5);
        assert_int_equal(device.state, VIRTIO_FOUND);
        assert_string_equal(device.transport->name, "pci");
        assert_false(device.transport->legacy);
        assert_string_equal(fake_log(), "");
        expect_only_looked();
        unplug();
    }
}

// PCI-02, PCI-04, PCI-31, PCIL-01: capabilities mean modern for any id, and the
// block of ports is not accessed.
static void a_transitional_device_is_driven_the_modern_way(void **state)
{
    static const uint16_t subsystems[] = {5, 0, 4, 0xffff};

    for (unsigned i = 0; i < 4; i++) {
        plug(FAKE_PCI, 0);
        fake_pci_poke(&function, 0x02, 2, 0x1002);
        fake_pci_poke(&function, 0x08, 1, 0);
        fake_pci_poke(&function, 0x2e, 2, subsystems[i]);
        fake_pci_bar(&function, FAKE_LEGACY_BAR, 0x40, true, false, 0xc040);
        assert_int_equal(probe(), OK);
        assert_int_equal(device.device_id, 5);
        assert_string_equal(device.transport->name, "pci");
        assert_int_equal(fake_pci_peek(&function, PCI_COMMAND, 2),
                         PCI_COMMAND_MEMORY);
        expect_only_looked();
        unplug();
    }
}

// PCIL-02, PCIL-03.
static void without_capabilities_the_block_of_ports_is_used(void **state)
{
    for (unsigned modern_id = 0; modern_id < 2; modern_id++) {
        plug(FAKE_PCI_LEGACY, 0);
        if (modern_id != 0) {
            fake_pci_poke(&function, 0x02, 2, 0x1045);
        }
        assert_int_equal(probe(), OK);
        assert_int_equal(device.device_id, 5);
        assert_string_equal(device.transport->name, "pci-legacy");
        assert_true(device.transport->legacy);
        assert_int_equal(device.at.common.space, IO_PORTS);
        assert_int_equal(device.at.common.handle, 0xc040);
        assert_int_equal(device.at.config.handle, 0xc040 + 0x14);
        assert_int_equal(device.at.config.bytes, 0x40 - 0x14);
        assert_int_equal(fake_pci_peek(&function, PCI_COMMAND, 2),
                         PCI_COMMAND_IO);
        expect_only_looked();
        unplug();
    }
}

// A list without a virtio capability counts as no list.
static void other_capabilities_do_not_make_a_device_modern(void **state)
{
    plug(FAKE_PCI_LEGACY, 2);
    (void)fake_pci_add(&function, 0x01, 8);
    (void)fake_pci_add_virtio(&function, 5, 0, 0, 0);
    (void)fake_pci_add_virtio(&function, 9, 0, 0, 0);
    assert_int_equal(probe(), OK);
    assert_string_equal(device.transport->name, "pci-legacy");
    unplug();
}

static void the_type_is_in_one_of_three_places(void **state)
{
    static const struct {
        uint16_t id, subsystem;
        uint32_t type;
    } cases[] = {{0x1041, 0x1100, 1}, {0x1044, 5, 4},      {0x107f, 5, 63},
                 {0x1000, 77, 1},     {0x1001, 77, 2},     {0x1003, 77, 3},
                 {0x1004, 77, 8},     {0x1005, 77, 4},     {0x1009, 77, 9},
                 {0x1010, 26, 26},    {0x103f, 0x1ff, 511}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        plug(FAKE_PCI, 0);
        fake_pci_poke(&function, 0x02, 2, cases[i].id);
        fake_pci_poke(&function, 0x2e, 2, cases[i].subsystem);
        assert_int_equal(probe(), OK);
        assert_int_equal(device.device_id, cases[i].type);
        unplug();
    }
}

static void any_other_function_is_passed_over_in_silence(void **state)
{
    static const struct {
        uint16_t vendor, id, subsystem;
    } cases[] = {{0xffff, 0xffff, 0xffff}, {0x8086, 0x1045, 5},
                 {0x1af4, 0x0fff, 5},      {0x1af4, 0x1080, 5},
                 {0x1af4, 0x1110, 5},      {0x1af4, 0x1040, 5},
                 {0x1af4, 0x1010, 0}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        plug(FAKE_PCI, 2);
        fake_pci_poke(&function, 0x00, 2, cases[i].vendor);
        fake_pci_poke(&function, 0x02, 2, cases[i].id);
        fake_pci_poke(&function, 0x2e, 2, cases[i].subsystem);
        assert_int_equal(probe(), ERR_EMPTY);
        assert_string_equal(fake_log(), "");
        expect_only_looked();
        assert_int_equal(function.config_writes[PCI_COMMAND], 0);
        unplug();
    }
}

// PCI-11, PCI-48: each structure mapped at its place, in its used length.
static void the_windows_are_where_the_capabilities_say(void **state)
{
    const uintptr_t bar = UINT64_C(0x700000c000);

    plug(FAKE_PCI, 2);
    assert_int_equal(probe(), OK);
    assert_int_equal(device.at.common.handle, bar);
    assert_int_equal(device.at.common.bytes, 0x38);
    assert_int_equal(device.at.isr.handle, bar + 0x1000);
    assert_int_equal(device.at.isr.bytes, 1);
    assert_int_equal(device.at.config.handle, bar + 0x2000);
    assert_int_equal(device.at.config.bytes, 0x1000);
    assert_int_equal(device.at.notify.handle, bar + 0x3000);
    assert_int_equal(device.at.notify.bytes, 0x1000);
    assert_int_equal(device.at.notify_multiplier, 4);
    assert_int_equal(device.pci_function, 5 << 3);
    assert_false(device.msix);
    assert_int_equal(function.config_writes[0x20], 2); // sized once
    unplug();
}

enum {
    PROGRAMMING_INTERFACE = 9,
    SUBTRACTIVE = 1, // a bridge that forwards every address
};

// A function's number survives the conversion to struct virtio_regions.
static void every_address_is_kept(void **state)
{
    static const struct pci_address addresses[] = {
        {0, 0, 7}, {0, 31, 0}, {255, 31, 7}, {3, 0, 0}};

    for (size_t i = 0; i < 4; i++) {
        struct fake_pci_function *bridge;

        fake_pci_bus_clear();
        bridge = fake_pci_plug_bridge(0, 1, 0, addresses[i].bus);
        fake_pci_put(bridge, PROGRAMMING_INTERFACE, SUBTRACTIVE, 1);
        plug(FAKE_PCI, 2);
        fake_pci_move(&function, addresses[i]);
        assert_int_equal(probe(), OK);
        assert_int_equal(virtio_pci_connect(&device), OK);
        assert_true(fake.messages);
        unplug();
    }
    fake_pci_bus_clear();
}

static void a_block_of_ports_that_is_none_is_refused_by_name(void **state)
{
    static const struct {
        uint64_t bytes, address;
        bool ports;
        enum error error;
        const char *what;
    } cases[] = {
        {0, 0, true, ERR_UNSUPPORTED, "legacy_bar0=missing"},
        {0x1000, 0xfe000000, false, ERR_UNSUPPORTED, "legacy_bar0=no_ports"},
        {0x10, 0xc040, true, ERR_INVALID, "legacy_bar0=too_small"},
        {0x40, 0, true, ERR_INVALID, "legacy_bar0=unprogrammed"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        plug(FAKE_PCI_LEGACY, 0);
        fake_pci_bar(&function, FAKE_LEGACY_BAR, cases[i].bytes, cases[i].ports,
                     false, cases[i].address);
        if (cases[i].bytes == 0) {
            fake_pci_poke(&function, PCI_BAR0, 4, 0);
        }
        assert_int_equal(probe(), cases[i].error);
        assert_int_equal(fake_log_count("error what=virtio_pci pci=00:05.0"),
                         1);
        assert_int_equal(fake_log_count(cases[i].what), 1);
        assert_int_equal(device.device_id, 5); // so that the log can name it
        expect_only_looked();
        unplug();
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_modern_id_is_matched_whatever_the_other_ids_say),
        cmocka_unit_test(a_transitional_device_is_driven_the_modern_way),
        cmocka_unit_test(without_capabilities_the_block_of_ports_is_used),
        cmocka_unit_test(other_capabilities_do_not_make_a_device_modern),
        cmocka_unit_test(the_type_is_in_one_of_three_places),
        cmocka_unit_test(any_other_function_is_passed_over_in_silence),
        cmocka_unit_test(the_windows_are_where_the_capabilities_say),
        cmocka_unit_test(every_address_is_kept),
        cmocka_unit_test(a_block_of_ports_that_is_none_is_refused_by_name),
    };

    return cmocka_run_group_tests_name("pci_virtio_probe", tests, NULL, NULL);
}
