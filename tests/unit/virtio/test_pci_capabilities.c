// SPDX-License-Identifier: MIT
// Capabilities with false or unknown contents: an unusable one is logged and
// skipped, and a device without usable ones is refused.
// VIRTIO 1.4, 4.1.4 "Virtio Structure PCI Capabilities", 4.1.4.1.
#include "unit/virtio/pci_function.h"

#include <stdio.h>

enum {
    COMMON = 1,
    NOTIFY = 2,
    ISR = 3,
    DEVICE = 4,
};

// A modern function with an empty list; its structures keep their places.
static void plug_without_list(void)
{
    plug(FAKE_PCI, 0);
    fake_pci_forget_list(&function);
}

static uint8_t add(uint8_t type, const struct fake_place *place)
{
    return fake_pci_add_virtio(&function, type, (uint8_t)place->bar,
                               place->offset, place->bytes);
}

// All but one type (0: all).
static void add_all_but(uint8_t left_out)
{
    const struct fake_place *places[] = {[COMMON] = &function.common,
                                         [NOTIFY] = &function.notify,
                                         [ISR] = &function.isr,
                                         [DEVICE] = &function.config};

    for (uint8_t type = COMMON; type <= DEVICE; type++) {
        if (type != left_out) {
            (void)add(type, places[type]);
        }
    }
}

// A wrong capability, described as changes to a valid one.
struct fault {
    const char *name; // in the log
    uint8_t type;
    uint8_t at;    // of the capability's fields
    uint8_t width; // bytes
    uint32_t value;
};

static const struct fault faults[] = {
    {"bar_reserved", COMMON, 4, 1, 6},
    {"bar_reserved", NOTIFY, 4, 1, 7},
    {"bar_reserved", ISR, 4, 1, 0xff},
    {"bar_missing", COMMON, 4, 1, 2},
    {"bar_missing", COMMON, 4, 1, 5}, // the upper half of BAR 4
    {"beyond_bar", COMMON, 8, 4, 0x4000},
    {"beyond_bar", COMMON, 8, 4, 0x3fcc},
    {"beyond_bar", COMMON, 8, 4, 0xfffffff0}, // + 0x1000 is past 32 bits
    {"beyond_bar", NOTIFY, 8, 4, 0x4000},
    {"beyond_bar", ISR, 8, 4, 0x80000000},
    {"too_small", COMMON, 12, 4, 0x37},
    {"too_small", COMMON, 12, 4, 4},
    {"too_small", COMMON, 12, 4, 0},
    {"too_small", NOTIFY, 12, 4, 1},
    {"too_small", ISR, 12, 4, 0},
    {"unaligned", COMMON, 8, 4, 2},
    {"unaligned", NOTIFY, 8, 4, 0x3001},
    {"cut_short", COMMON, 2, 1, 15},
    {"cut_short", COMMON, 2, 1, 0},
    {"cut_short", ISR, 2, 1, 12},
    {"cut_short", NOTIFY, 2, 1, 16}, // no room for the multiplier
};

static void spoil(uint8_t capability, const struct fault *fault)
{
    fake_pci_poke(&function, capability + (uint32_t)fault->at, fault->width,
                  fault->value);
}

static uint8_t add_good(uint8_t type)
{
    return add(type, type == COMMON   ? &function.common
                     : type == NOTIFY ? &function.notify
                                      : &function.isr);
}

// PCI-13 among others: each fault alone is logged, and the device refused.
static void an_unusable_structure_is_named_and_the_device_refused(void **state)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        char what[64];

        plug_without_list();
        add_all_but(faults[i].type);
        spoil(add_good(faults[i].type), &faults[i]);
        assert_int_equal(probe(), ERR_INVALID);
        (void)snprintf(what, sizeof(what), "unusable=%s\n", faults[i].name);
        check_contains(fake_log(), what);
        check_contains(fake_log(),
                       "error what=virtio_pci pci=00:05.0 unusable");
        assert_int_equal(fake.accesses, 0);
        unplug();
    }
}

// PCI-08, PCI-10: the same, followed by a valid one.
static void the_first_usable_structure_of_a_type_counts(void **state)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        plug_without_list();
        spoil(add_good(faults[i].type), &faults[i]);
        add_all_but(0);
        assert_int_equal(probe(), OK);
        assert_int_equal(virtio_pci_connect(&device), OK);
        assert_int_equal(virtio_device_begin(&device, 0), OK);
        assert_int_equal(fake_log_count("unusable="), 1);
        unplug();
    }
}

// PCI-08: at places without registers, where the fake notices an access.
static void a_second_usable_structure_is_left_alone(void **state)
{
    plug_without_list();
    add_all_but(0);
    for (uint8_t type = COMMON; type <= DEVICE; type++) {
        (void)fake_pci_add_virtio(&function, type, FAKE_MODERN_BAR, 0x0800,
                                  0x100);
    }
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), OK);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    assert_int_equal(device.at.isr.handle & 0xfff, 0);
    assert_int_equal(device.at.config.handle & 0xfff, 0);
    unplug();
}

static void what_is_needed_and_not_there_is_named(void **state)
{
    static const char *const names[] = {[COMMON] = "missing=common",
                                        [NOTIFY] = "missing=notify",
                                        [ISR] = "missing=isr"};

    for (uint8_t type = COMMON; type <= ISR; type++) {
        plug_without_list();
        add_all_but(type);
        assert_int_equal(probe(), ERR_UNSUPPORTED);
        check_contains(fake_log(), names[type]);
        unplug();
    }
}

// 4.1.4.6: only device types with a configuration have the structure.
static void a_device_without_configuration_can_be_driven(void **state)
{
    uint32_t value = 0;

    plug_without_list();
    add_all_but(DEVICE);
    assert_int_equal(probe(), OK);
    assert_int_equal(device.at.config.bytes, 0);
    assert_int_equal(virtio_config_read32(&device, 0, &value), ERR_RANGE);
    unplug();
}

// PCI-07, PCI-27, PCI-28, PCI-30: before and between the useful ones; only
// their type and length are read.
static void other_types_are_passed_over_unread(void **state)
{
    static const uint8_t types[] = {0, 5, 6, 7, 8, 9, 10, 0x80, 0xff};
    uint8_t places[sizeof(types)];

    plug_without_list();
    for (size_t i = 0; i < sizeof(types); i++) {
        places[i] = fake_pci_add_virtio(&function, types[i], 0xff, UINT32_MAX,
                                        UINT32_MAX);
    }
    (void)add(COMMON, &function.common); // as many as fit
    assert_int_equal(probe(), ERR_UNSUPPORTED);
    for (size_t i = 0; i < sizeof(types); i++) {
        for (uint32_t byte = 4; byte < 16; byte++) {
            assert_int_equal(function.config_reads[places[i] + byte], 0);
        }
    }
    assert_int_equal(fake_log_count("unusable"), 0);
    unplug();
}

// PCI-09.
static void a_capability_may_be_longer_than_it_need_be(void **state)
{
    plug_without_list();
    add_all_but(0);
    for (uint8_t at = 0x40; at < function.list_free;) {
        const uint8_t bytes = function.bytes[at + 2];

        fake_pci_poke(&function, at + 2u, 1, at % 8 == 0 ? 0x40 : 0xff);
        at = (uint8_t)(at + bytes);
    }
    assert_int_equal(probe(), OK);
    unplug();
}

// PCI-11, PCI-12: and only the used part of it is mapped.
static void a_structure_may_be_longer_than_expected(void **state)
{
    struct fake_place big[4];

    plug_without_list();
    fake_pci_bar(&function, FAKE_MODERN_BAR, UINT64_C(1) << 33, false, true,
                 UINT64_C(1) << 40);
    big[0] = (struct fake_place){FAKE_MODERN_BAR, 0x0000, 0x10000000};
    big[1] = (struct fake_place){FAKE_MODERN_BAR, 0x3000, UINT32_MAX};
    big[2] = (struct fake_place){FAKE_MODERN_BAR, 0x1000, 0x10000000};
    big[3] = (struct fake_place){FAKE_MODERN_BAR, 0x2000, UINT32_MAX};
    for (uint8_t type = COMMON; type <= DEVICE; type++) {
        (void)add(type, &big[type - 1]);
    }
    assert_int_equal(probe(), OK);
    assert_int_equal(device.at.common.bytes, 0x38);
    assert_int_equal(device.at.notify.bytes, 1 << 20);
    assert_int_equal(device.at.isr.bytes, 1);
    assert_int_equal(device.at.config.bytes, 0x1000);
    assert_string_equal(fake_log(), "");
    unplug();
}

// The same in a BAR that ends before the length does.
static void a_structure_ends_with_its_bar(void **state)
{
    plug_without_list();
    add_all_but(NOTIFY);
    (void)add(NOTIFY, &(struct fake_place){FAKE_MODERN_BAR, 0x3ff0, 0x1000});
    assert_int_equal(probe(), OK);
    assert_int_equal(device.at.notify.bytes, 0x10);
    unplug();
}

// Structures in BARs of several kinds; ports work as well as memory.
static void structures_may_lie_in_different_bars(void **state)
{
    plug_without_list();
    fake_pci_bar(&function, 0, 0x100, true, false, 0xc100);
    fake_pci_bar(&function, 2, 0x1000, false, false, 0xfeb00000);
    function.isr = (struct fake_place){0, 0xff, 1};
    function.common = (struct fake_place){2, 0xf80, 0x80};
    add_all_but(0);
    assert_int_equal(probe(), OK);
    assert_int_equal(device.at.isr.space, IO_PORTS);
    assert_int_equal(device.at.isr.handle, 0xc1ff);
    assert_int_equal(device.at.common.handle, 0xfeb00f80);
    assert_int_equal(virtio_pci_connect(&device), OK);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    fake_device_raise(&fake, 3);
    fake_pci_deliver(&function);
    assert_int_equal(virtio_device_take_events(&device), 3);
    unplug();
}

static void a_bar_that_nobody_gave_an_address_is_named(void **state)
{
    plug_without_list();
    add_all_but(0);
    fake_pci_bar(&function, FAKE_MODERN_BAR, 0x4000, false, true, 0);
    assert_int_equal(probe(), ERR_INVALID);
    assert_int_equal(fake_log_count("unusable=bar_unprogrammed"), 4);
    unplug();
}

static void a_bar_that_cannot_be_mapped_is_named(void **state)
{
    plug_without_list();
    add_all_but(0);
    fake_pci_bar(&function, FAKE_MODERN_BAR, 0x4000, false, true,
                 UINT64_C(1) << 60);
    fake_paging_limit(UINT64_C(1) << 59);
    const enum error error = probe();
    fake_paging_limit(UINT64_MAX);
    assert_int_equal(error, ERR_INVALID);
    assert_int_equal(fake_log_count("unusable=bar_unreachable"), 4);
    unplug();
}

static void expect_broken_list(uint8_t next)
{
    plug(FAKE_PCI, 0);
    fake_pci_poke(&function, function.list_end + 1u, 1, next);
    assert_int_equal(probe(), ERR_INVALID);
    check_contains(fake_log(), "pci=00:05.0 capabilities=broken");
    assert_int_equal(fake.accesses, 0);
    unplug();
}

static void a_list_that_never_ends_is_refused(void **state)
{
    expect_broken_list(0x40); // back to the first
    expect_broken_list(0x50);
    plug(FAKE_PCI, 0); // to itself
    const uint8_t last = function.list_end;
    unplug();
    expect_broken_list(last);
}

static void a_list_that_leaves_its_range_is_refused(void **state)
{
    expect_broken_list(0x04);
    expect_broken_list(0x3c);
}

// A capability does not fit into the last bytes of configuration space.
static void a_capability_at_the_very_end_is_cut_short(void **state)
{
    plug_without_list();
    add_all_but(0);
    fake_pci_poke(&function, function.list_end + 1u, 1, 0xf4);
    fake_pci_poke(&function, 0xf4, 4, 0x01100009);
    fake_pci_poke(&function, 0xf8, 4, 0);
    fake_pci_poke(&function, 0xfc, 4, 0);
    assert_int_equal(probe(), OK); // a better one follows
    unplug();

    plug_without_list();
    add_all_but(COMMON);
    fake_pci_poke(&function, function.list_end + 1u, 1, 0xf4);
    fake_pci_poke(&function, 0xf4, 4, 0x01100009);
    assert_int_equal(probe(), ERR_INVALID);
    check_contains(fake_log(), "offset=0xf4 type=common unusable=cut_short");
    unplug();
}

// For any bytes: a result, and no access outside.
static void random_capabilities_are_survived(void **state)
{
    uint64_t seed = 20260;

    for (unsigned round = 0; round < 5000; round++) {
        plug(FAKE_PCI, 2);
        for (unsigned i = 0; i < 1 + round % 24; i++) {
            const uint64_t random = next_random(&seed);

            fake_pci_poke(&function, 0x40 + random % 0xc0, 1,
                          (uint32_t)(random >> 32 & 0xff));
        }
        const enum error error = probe();
        assert_true(error == OK || error == ERR_INVALID ||
                    error == ERR_UNSUPPORTED);
        assert_int_equal(error == OK, fake_log_count("error") == 0);
        assert_int_equal(fake.accesses, 0);
        unplug();
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unusable_structure_is_named_and_the_device_refused),
        cmocka_unit_test(the_first_usable_structure_of_a_type_counts),
        cmocka_unit_test(a_second_usable_structure_is_left_alone),
        cmocka_unit_test(what_is_needed_and_not_there_is_named),
        cmocka_unit_test(a_device_without_configuration_can_be_driven),
        cmocka_unit_test(other_types_are_passed_over_unread),
        cmocka_unit_test(a_capability_may_be_longer_than_it_need_be),
        cmocka_unit_test(a_structure_may_be_longer_than_expected),
        cmocka_unit_test(a_structure_ends_with_its_bar),
        cmocka_unit_test(structures_may_lie_in_different_bars),
        cmocka_unit_test(a_bar_that_nobody_gave_an_address_is_named),
        cmocka_unit_test(a_bar_that_cannot_be_mapped_is_named),
        cmocka_unit_test(a_list_that_never_ends_is_refused),
        cmocka_unit_test(a_list_that_leaves_its_range_is_refused),
        cmocka_unit_test(a_capability_at_the_very_end_is_cut_short),
        cmocka_unit_test(random_capabilities_are_survived),
    };

    return cmocka_run_group_tests_name("pci_virtio_capabilities", tests, NULL,
                                       NULL);
}
