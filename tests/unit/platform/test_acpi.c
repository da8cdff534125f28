// SPDX-License-Identifier: MIT
// ACPI tables built by hand, byte by byte: results and refusals.
// Limits: the layouts are those of ACPI 6.4, 5.2.5 to 5.2.12, written again
// independently.
#include "platform/acpi.h"

#include "fakes/fake_report.h"
#include "unit/platform/acpi_machine.h"

static void check_microvm(void)
{
    struct acpi acpi = check_read();

    assert_true(acpi.hardware_reduced);
    assert_int_equal(acpi.lapic.value, 0xfee00000);
    assert_int_equal(acpi.ioapic_count, 2);
    assert_int_equal(acpi.ioapics[0].address.value, 0xfec00000);
    assert_int_equal(acpi.ioapics[0].gsi_base, 0);
    assert_int_equal(acpi.ioapics[1].address.value, 0xfec10000);
    assert_int_equal(acpi.ioapics[1].gsi_base, 24);
}

// --- Claims -----------------------------------------------------------------

static void an_rsdt_leads_to_the_io_apics(void **state)
{
    machine(0);
    check_microvm();
}

static void an_xsdt_above_4_gib_leads_to_the_io_apics(void **state)
{
    machine(2);
    check_microvm();
}

static void a_revision_2_without_an_xsdt_uses_its_rsdt(void **state)
{
    machine(0);
    new_rsdp(2);
    places[0] = *rsdp;
    put(places[0].bytes + 24, 0, 8);
    balance(places[0].bytes, 36, 32);
    place_count--;
    check_microvm();
}

static void legacy_hardware_is_told_by_the_fadts_flag(void **state)
{
    machine(2);
    put(fadt->bytes + 112, ~(1u << 20), 4);
    balance_table(fadt);
    assert_false(check_read().hardware_reduced);
}

static void a_wrong_root_pointer_is_refused(void **state)
{
    static const size_t broken[] = {0, 7, 10, 16};

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        machine(2);
        rsdp->bytes[broken[i]] ^= 0x40;
        check_refused(ERR_INVALID, "RSDP");
    }
    machine(2);
    rsdp->bytes[0] ^= 0x40; // with a correct checksum
    balance(rsdp->bytes, 20, 8);
    balance(rsdp->bytes, 36, 32);
    check_refused(ERR_INVALID, "RSDP");
    machine(2);
    rsdp->bytes[34] ^= 1; // reserved, so only in the sum over all 36 bytes
    check_refused(ERR_INVALID, "RSDP");
}

static void a_table_with_a_wrong_sum_is_refused_by_name(void **state)
{
    machine(2);
    root->bytes[20] ^= 1;
    check_refused(ERR_INVALID, "root table");
    machine(2);
    madt->bytes[20] ^= 1;
    check_refused(ERR_INVALID, "MADT");
    machine(2);
    fadt->bytes[20] ^= 1;
    check_refused(ERR_INVALID, "FADT");
}

static void a_length_that_can_not_be_is_refused(void **state)
{
    static const uint32_t lengths[] = {
        0, 1, 35, 0x100001, 0x7fffffff, 0xffffffff, 0x80000000, 513};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        machine(2);
        put(madt->bytes + 4, lengths[i], 4);
        balance_table(madt);
        check_refused(ERR_INVALID, "MADT");
        machine(2);
        put(root->bytes + 4, lengths[i], 4);
        balance_table(root);
        check_refused(ERR_INVALID, "root table");
    }
}

static void a_table_too_short_for_its_fields_is_refused(void **state)
{
    machine(2);
    cut(madt, 43);
    check_refused(ERR_INVALID, "MADT");
    machine(2);
    cut(fadt, 115);
    check_refused(ERR_INVALID, "FADT");
    machine(2);
    cut(fadt, 116);
    check_microvm();
}

static void a_madt_entry_of_no_length_is_refused(void **state)
{
    for (uint8_t length = 0; length < 2; length++) {
        machine(2);
        madt->bytes[45] = length;
        balance_table(madt);
        check_refused(ERR_INVALID, "MADT");
    }
}

static void a_madt_entry_that_is_cut_off_is_refused(void **state)
{
    machine(2);
    for (size_t length = madt->length - 1; length > 44; length--) {
        // Directly after an entry the table simply ends earlier.
        if (length == 52 || length == 64 || length == 74) {
            continue;
        }
        machine(2);
        cut(madt, length);
        check_refused(ERR_INVALID, "MADT");
    }
}

static void an_io_apic_entry_too_short_for_its_fields_is_refused(void **state)
{
    machine(2);
    madt->bytes[74 + 1] = 11; // the last one; the table ends with it
    cut(madt, madt->length - 1);
    check_refused(ERR_INVALID, "MADT");
}

static void more_io_apics_than_are_kept_are_refused(void **state)
{
    for (size_t count = ACPI_IOAPICS_MAX; count < 7; count++) {
        machine(2);
        for (size_t i = 0; i < count; i++) {
            madt->bytes[44 + 12 * i] = 1;
            madt->bytes[44 + 12 * i + 1] = 12;
        }
        cut(madt, 44 + 12 * count);
        if (count == ACPI_IOAPICS_MAX) {
            assert_int_equal(check_read().ioapic_count, ACPI_IOAPICS_MAX);
        } else {
            check_refused(ERR_INVALID, "MADT");
        }
    }
}

static void tables_without_a_madt_are_told_so(void **state)
{
    machine(2);
    cut(root, 36 + 2 * 8);
    check_refused(ERR_EMPTY, "MADT");
    machine(2);
    cut(root, 36);
    check_refused(ERR_EMPTY, "MADT");
}

static void a_madt_without_io_apics_is_empty(void **state)
{
    machine(2);
    cut(madt, 44);
    check_refused(ERR_EMPTY, "MADT");
}

static void half_a_pointer_at_the_roots_end_is_not_read(void **state)
{
    machine(2);
    cut(root, root->length + 7);
    check_microvm();
}

// A root table with `count` invalid pointers, except for the one to the MADT.
static void crowd(unsigned count, unsigned madts_place)
{
    machine(0);
    cut(root, 36 + 4 * count);
    for (unsigned i = 0; i < count; i++) {
        put(root->bytes + 36 + 4 * i, i == madts_place ? MADT : 0x1000, 4);
    }
    balance_table(root);
    fake_report_clear();
}

static void the_first_64_tables_are_read_and_no_more(void **state)
{
    crowd(64, 63);
    assert_int_equal(check_read().ioapic_count, 2);
    assert_string_equal(fake_log(), "");
    crowd(65, 63);
    assert_int_equal(check_read().ioapic_count, 2);
    assert_string_equal(fake_log(), "acpi tables=65 read=64\n");
    crowd(119, 64);
    check_refused(ERR_EMPTY, "MADT");
    assert_int_equal(mapped, 3 + 64); // root pointer, root table twice
    assert_string_equal(fake_log(), "acpi tables=119 read=64\n");
}

static void pointers_to_nothing_are_passed_over(void **state)
{
    machine(2);
    put(root->bytes + 36, 0, 8);
    balance_table(root);
    check_microvm();
}

static void memory_that_can_not_be_mapped_is_no_fault(void **state)
{
    struct acpi acpi;
    const char *what;
    unsigned calls;

    machine(2);
    check_microvm();
    calls = mapped;
    for (unsigned i = 1; i <= calls; i++) {
        machine(2);
        fails_at = i;
        what = NULL;
        // Only the table that the guest does not use may fail.
        if (read_all(&acpi, &what) == OK) {
            assert_int_equal(acpi.ioapic_count, 2);
        } else {
            assert_non_null(what);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_rsdt_leads_to_the_io_apics),
        cmocka_unit_test(an_xsdt_above_4_gib_leads_to_the_io_apics),
        cmocka_unit_test(a_revision_2_without_an_xsdt_uses_its_rsdt),
        cmocka_unit_test(legacy_hardware_is_told_by_the_fadts_flag),
        cmocka_unit_test(a_wrong_root_pointer_is_refused),
        cmocka_unit_test(a_table_with_a_wrong_sum_is_refused_by_name),
        cmocka_unit_test(a_length_that_can_not_be_is_refused),
        cmocka_unit_test(a_table_too_short_for_its_fields_is_refused),
        cmocka_unit_test(a_madt_entry_of_no_length_is_refused),
        cmocka_unit_test(a_madt_entry_that_is_cut_off_is_refused),
        cmocka_unit_test(an_io_apic_entry_too_short_for_its_fields_is_refused),
        cmocka_unit_test(more_io_apics_than_are_kept_are_refused),
        cmocka_unit_test(tables_without_a_madt_are_told_so),
        cmocka_unit_test(a_madt_without_io_apics_is_empty),
        cmocka_unit_test(half_a_pointer_at_the_roots_end_is_not_read),
        cmocka_unit_test(the_first_64_tables_are_read_and_no_more),
        cmocka_unit_test(pointers_to_nothing_are_passed_over),
        cmocka_unit_test(memory_that_can_not_be_mapped_is_no_fault),
    };

    return cmocka_run_group_tests_name("platform_acpi", tests, NULL, NULL);
}
