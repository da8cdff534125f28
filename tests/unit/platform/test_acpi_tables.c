// SPDX-License-Identifier: MIT
// The values taken from MADT, FADT and MCFG, and refusals.
// ACPI 6.4, 5.2.9, 5.2.12.5; PCI Firmware 3.2, 4.1.2.
#include "platform/acpi.h"

#include "unit/platform/acpi_machine.h"

// --- MADT: interrupt source overrides ----------------------------------------

enum {
    OVERRIDE = 44 + 8 + 12, // the machine's own override, for the timer
};

static void put_override(uint8_t source, uint32_t gsi, uint16_t flags)
{
    uint8_t *entry = madt->bytes + OVERRIDE;

    entry[3] = source;
    put(entry + 4, gsi, 4);
    put(entry + 8, flags, 2);
    balance_table(madt);
}

static void check_override(uint8_t source, uint32_t gsi,
                           enum acpi_polarity polarity,
                           enum acpi_trigger trigger)
{
    const struct acpi acpi = check_read();

    for (uint8_t i = 0; i < ACPI_IRQS; i++) {
        assert_int_equal(acpi.overrides[i].given, i == source);
    }
    assert_int_equal(acpi.overrides[source].gsi, gsi);
    assert_int_equal(acpi.overrides[source].polarity, polarity);
    assert_int_equal(acpi.overrides[source].trigger, trigger);
}

static void an_override_says_where_and_how(void **state)
{
    machine(2);
    check_override(0, 2, ACPI_POLARITY_BUS, ACPI_TRIGGER_BUS);
    put_override(9, 20, 0x0d); // as in QEMU: high, level
    check_override(9, 20, ACPI_ACTIVE_HIGH, ACPI_LEVEL);
    put_override(15, 0xffffffff, 0x0f);
    check_override(15, 0xffffffff, ACPI_ACTIVE_LOW, ACPI_LEVEL);
    put_override(1, 1, 0xfff5); // reserved bits above
    check_override(1, 1, ACPI_ACTIVE_HIGH, ACPI_EDGE);
}

static void an_override_with_reserved_values_is_refused(void **state)
{
    for (unsigned flags = 0; flags < 16; flags++) {
        machine(2);
        put_override(9, 9, (uint16_t)flags);
        if ((flags & 3) == 2 || flags >> 2 == 2) {
            check_refused(ERR_INVALID, "MADT");
        } else {
            check_read();
        }
    }
}

static void an_override_of_no_isa_request_is_refused(void **state)
{
    machine(2);
    put_override(16, 16, 0);
    check_refused(ERR_INVALID, "MADT");
    machine(2);
    madt->bytes[OVERRIDE + 2] = 1; // another bus
    balance_table(madt);
    check_refused(ERR_INVALID, "MADT");
}

static void two_overrides_of_one_request_are_refused(void **state)
{
    machine(2);
    memcpy(madt->bytes + madt->length, madt->bytes + OVERRIDE, 10);
    cut(madt, madt->length + 10);
    check_refused(ERR_INVALID, "MADT");
    madt->bytes[madt->length - 10 + 3] = 1; // for a pin of another one
    balance_table(madt);
    check_read();
}

static void an_override_too_short_for_its_fields_is_refused(void **state)
{
    machine(2);
    memcpy(madt->bytes + madt->length, madt->bytes + OVERRIDE, 9);
    madt->bytes[madt->length + 1] = 9;
    madt->bytes[madt->length + 3] = 7;
    cut(madt, madt->length + 9);
    check_refused(ERR_INVALID, "MADT");
}

// --- FADT: fixed hardware ----------------------------------------------------

static void a_pcs_fixed_hardware_is_told(void **state)
{
    struct acpi acpi;

    machine(2);
    put_pc();
    acpi = check_read();
    assert_false(acpi.hardware_reduced);
    assert_int_equal(acpi.fixed.sci_int, 9);
    assert_int_equal(acpi.fixed.smi_cmd, 0xb2);
    assert_int_equal(acpi.fixed.acpi_enable, 2);
    assert_true(acpi.fixed.power_button);
    assert_int_equal(acpi.fixed.pm1a_evt_blk, 0x600);
    assert_int_equal(acpi.fixed.pm1_evt_len, 4);
    assert_int_equal(acpi.fixed.pm1a_cnt_blk, 0x604);
    assert_int_equal(acpi.fixed.gpe0_blk, 0x620);
    assert_int_equal(acpi.fixed.gpe0_blk_len, 16);
}

static void reduced_hardware_has_no_fixed_hardware(void **state)
{
    static const struct acpi_fixed none;
    struct acpi acpi;

    machine(2);
    put_pc();
    put(fadt->bytes + 48, 0xffffffff, 4);
    put(fadt->bytes + 112, 1u << 20, 4);
    balance_table(fadt);
    acpi = check_read();
    assert_memory_equal(&acpi.fixed, &none, sizeof none);
}

static void a_button_that_aml_describes_is_no_fixed_one(void **state)
{
    machine(2);
    put_pc();
    put(fadt->bytes + 112, 0x84a5 | 1u << 4, 4);
    balance_table(fadt);
    assert_false(check_read().fixed.power_button);
}

// A generic address structure: space, width, offset, access size, address.
static void put_sleep_control(uint8_t space, uint64_t address)
{
    machine(2);
    fadt->bytes[244] = space;
    put(fadt->bytes + 248, address, 8);
    balance_table(fadt);
}

static void reduced_hardware_says_where_its_sleep_control_is(void **state)
{
    put_sleep_control(0, 0x1fea00200);
    assert_int_equal(check_read().sleep_control.value, 0x1fea00200);
    put_sleep_control(1, 0x600); // a port
    assert_int_equal(check_read().sleep_control.value, 0);
    put_sleep_control(0, 0xfea00200);
    cut(fadt, 255); // the structure is not whole
    assert_int_equal(check_read().sleep_control.value, 0);
    put_sleep_control(0, 0xfea00200);
    cut(fadt, 256);
    assert_int_equal(check_read().sleep_control.value, 0xfea00200);
    put_sleep_control(0, 0xfea00200);
    put_pc(); // reduced hardware has none, whatever the field says
    assert_int_equal(check_read().sleep_control.value, 0);
}

static void registers_that_are_no_ports_are_refused(void **state)
{
    static const size_t fields[] = {48, 56, 64, 80};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        machine(2);
        put_pc();
        put(fadt->bytes + fields[i], 0x10000, 4);
        balance_table(fadt);
        check_refused(ERR_INVALID, "FADT");
        put(fadt->bytes + fields[i], 0, 4); // the machine has none
        balance_table(fadt);
        check_read();
    }
}

static void registers_beyond_the_last_port_are_refused(void **state)
{
    machine(2);
    put_pc();
    put(fadt->bytes + 80, 0xfff0, 4);
    balance_table(fadt);
    assert_int_equal(check_read().fixed.gpe0_blk, 0xfff0);
    fadt->bytes[92] = 17;
    balance_table(fadt);
    check_refused(ERR_INVALID, "FADT");
    put_pc();
    put(fadt->bytes + 64, 0xffff, 4);
    balance_table(fadt);
    check_refused(ERR_INVALID, "FADT");
}

// --- MCFG: configuration space in memory -------------------------------------

static void check_ecam(uint64_t base, uint8_t last)
{
    const struct acpi acpi = check_read();

    assert_int_equal(acpi.ecam.base.value, base);
    assert_int_equal(acpi.ecam.last_bus, last);
}

static void segment_0_is_where_the_mcfg_says(void **state)
{
    machine(2);
    check_ecam(0, 0);
    new_mcfg(1);
    put_ecam(0, 0xb0000000, 0, 0, 255);
    check_ecam(0xb0000000, 255);
    put_ecam(0, 0x380000000000, 0, 0, 0);
    check_ecam(0x380000000000, 0);
}

static void other_segments_and_buses_are_passed_over(void **state)
{
    new_mcfg(3);
    put_ecam(0, 0xc0000000, 1, 0, 255);
    put_ecam(1, 0xd0000000, 0, 128, 255);
    put_ecam(2, 0xb0000000, 0, 0, 127);
    check_ecam(0xb0000000, 127);
    new_mcfg(0);
    check_ecam(0, 0);
}

static void an_address_that_can_not_be_is_refused(void **state)
{
    static const uint64_t bases[] = {0, 0xb0080000, 0xfffffffffff00000,
                                     0xb0000001};

    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        new_mcfg(1);
        put_ecam(0, bases[i], 0, 0, 255);
        check_refused(ERR_INVALID, "MCFG");
    }
}

static void two_places_for_bus_0_are_refused(void **state)
{
    new_mcfg(2);
    put_ecam(0, 0xb0000000, 0, 0, 127);
    put_ecam(1, 0xc0000000, 0, 0, 255);
    check_refused(ERR_INVALID, "MCFG");
}

static void an_mcfg_that_is_cut_off_is_refused(void **state)
{
    new_mcfg(1);
    put_ecam(0, 0xb0000000, 0, 0, 255);
    for (size_t length = 59; length >= 36; length--) {
        cut(other, length);
        if (length != 44) {
            check_refused(ERR_INVALID, "MCFG");
        }
    }
}

static void an_mcfg_with_a_wrong_sum_is_refused(void **state)
{
    new_mcfg(1);
    put_ecam(0, 0xb0000000, 0, 0, 255);
    other->bytes[50] ^= 1;
    check_refused(ERR_INVALID, "MCFG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_override_says_where_and_how),
        cmocka_unit_test(an_override_with_reserved_values_is_refused),
        cmocka_unit_test(an_override_of_no_isa_request_is_refused),
        cmocka_unit_test(two_overrides_of_one_request_are_refused),
        cmocka_unit_test(an_override_too_short_for_its_fields_is_refused),
        cmocka_unit_test(a_pcs_fixed_hardware_is_told),
        cmocka_unit_test(reduced_hardware_has_no_fixed_hardware),
        cmocka_unit_test(a_button_that_aml_describes_is_no_fixed_one),
        cmocka_unit_test(reduced_hardware_says_where_its_sleep_control_is),
        cmocka_unit_test(registers_that_are_no_ports_are_refused),
        cmocka_unit_test(registers_beyond_the_last_port_are_refused),
        cmocka_unit_test(segment_0_is_where_the_mcfg_says),
        cmocka_unit_test(other_segments_and_buses_are_passed_over),
        cmocka_unit_test(an_address_that_can_not_be_is_refused),
        cmocka_unit_test(two_places_for_bus_0_are_refused),
        cmocka_unit_test(an_mcfg_that_is_cut_off_is_refused),
        cmocka_unit_test(an_mcfg_with_a_wrong_sum_is_refused),
    };

    return cmocka_run_group_tests_name("platform_acpi_tables", tests, NULL,
                                       NULL);
}
