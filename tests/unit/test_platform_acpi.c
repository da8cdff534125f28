// SPDX-License-Identifier: MIT
// ACPI tables made by hand, byte by byte: what is read, what is refused.
// Limits: the layouts are ACPI 6.4's, 5.2.5 to 5.2.12, written down again.
#include "platform/acpi.h"

#include <stdlib.h>

#include "unit/checks.h"

// --- A machine's memory: some tables at addresses far apart -----------------

enum {
    PLACES = 8
};

struct place {
    uint64_t address;
    uint8_t bytes[512];
    size_t length; // how much of it can be mapped
};

static struct place places[PLACES];
static size_t place_count;
static unsigned mapped;   // calls of map_place so far
static unsigned fails_at; // the call that gets NULL; 0: none
static void *copies[64];

// Hands out a copy on the heap that is just as long as asked, so that the
// sanitizer sees a read beyond it.
static const void *map_place(paddr address, size_t bytes)
{
    mapped++;
    if (mapped == fails_at) {
        return NULL;
    }
    for (size_t i = 0; i < place_count; i++) {
        if (places[i].address == address.value && bytes <= places[i].length) {
            void *copy = malloc(bytes);

            assert_non_null(copy);
            assert_true(mapped < sizeof copies / sizeof copies[0]);
            copies[mapped] = memcpy(copy, places[i].bytes, bytes);
            return copy;
        }
    }
    return NULL;
}

static struct place *new_place(uint64_t address, size_t length)
{
    struct place *place = &places[place_count++];

    *place = (struct place){.address = address, .length = length};
    return place;
}

static void put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

// Makes the bytes up to `length` add up to 0 with the one at `where`.
static void balance(uint8_t *bytes, size_t length, size_t where)
{
    uint8_t sum = 0;

    bytes[where] = 0;
    for (size_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    bytes[where] = (uint8_t)(0x100 - sum);
}

static void balance_table(struct place *place)
{
    balance(place->bytes, place->length, 9);
}

static struct place *new_table(const char *signature, uint64_t address,
                               size_t length)
{
    struct place *place = new_place(address, length);

    memcpy(place->bytes, signature, 4);
    put(place->bytes + 4, length, 4);
    balance_table(place);
    return place;
}

enum {
    RSDP = 0xf0000,
    RSDT = 0x7fe0000,
    FADT = 0x7fe1000,
    MADT = 0x7fe2000,
    OTHER = 0x7fe3000,
};
#define XSDT 0x1234500000ull

// --- The tables of a machine that is all right ------------------------------

static struct place *rsdp;
static struct place *root;
static struct place *fadt;
static struct place *madt;

static void new_rsdp(int revision)
{
    rsdp = new_place(RSDP, 36);
    memcpy(rsdp->bytes, "RSD PTR ", 8);
    rsdp->bytes[15] = (uint8_t)revision;
    put(rsdp->bytes + 16, RSDT, 4);
    put(rsdp->bytes + 20, 36, 4);
    put(rsdp->bytes + 24, revision >= 2 ? XSDT : 0, 8);
    balance(rsdp->bytes, 20, 8);
    balance(rsdp->bytes, 36, 32);
    rsdp->length = revision >= 2 ? 36 : 20;
}

// LAPIC, one I/O APIC with pin 0 at `gsi`, an interrupt override.
static void new_madt(void)
{
    static const uint8_t lapic[8] = {0, 8, 0, 0, 1};
    static const uint8_t override[10] = {2, 10, 0, 0, 2};
    uint8_t *at;

    madt = new_table("APIC", MADT, 44 + 8 + 12 + 10 + 12);
    put(madt->bytes + 36, 0xfee00000, 4);
    at = madt->bytes + 44;
    memcpy(at, lapic, 8);
    at += 8;
    at[0] = 1;
    at[1] = 12;
    put(at + 4, 0xfec00000, 4);
    at += 12;
    memcpy(at, override, 10);
    at += 10;
    at[0] = 1;
    at[1] = 12;
    put(at + 4, 0xfec10000, 4);
    put(at + 8, 24, 4);
    balance_table(madt);
}

static void new_root(int revision)
{
    int width = revision >= 2 ? 8 : 4;
    static const uint64_t tables[] = {OTHER, FADT, MADT};

    root = new_table(width == 8 ? "XSDT" : "RSDT", width == 8 ? XSDT : RSDT,
                     36 + 3 * (size_t)width);
    for (int i = 0; i < 3; i++) {
        put(root->bytes + 36 + i * width, tables[i], width);
    }
    balance_table(root);
}

static void machine(int revision)
{
    place_count = 0;
    mapped = 0;
    fails_at = 0;
    new_rsdp(revision);
    new_root(revision);
    fadt = new_table("FACP", FADT, 276);
    put(fadt->bytes + 112, 1u << 20, 4);
    balance_table(fadt);
    new_madt();
    new_table("HPET", OTHER, 56)->bytes[9] ^= 1; // broken, but not ours
}

static enum error read_all(struct acpi *acpi, const char **what)
{
    enum error error = acpi_read(paddr_of(RSDP), map_place, acpi, what);

    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        free(copies[i]);
        copies[i] = NULL;
    }
    return error;
}

static void check_refused(enum error error, const char *named)
{
    struct acpi acpi;
    const char *what = NULL;

    assert_int_equal(read_all(&acpi, &what), error);
    assert_non_null(what);
    check_contains(what, named);
}

static struct acpi check_read(void)
{
    struct acpi acpi;
    const char *what = NULL;

    if (read_all(&acpi, &what) != OK) {
        fail_msg("refused: %s", what);
    }
    return acpi;
}

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
    (void)state;
    machine(0);
    check_microvm();
}

static void an_xsdt_above_4_gib_leads_to_the_io_apics(void **state)
{
    (void)state;
    machine(2);
    check_microvm();
}

static void a_revision_2_without_an_xsdt_uses_its_rsdt(void **state)
{
    (void)state;
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
    (void)state;
    machine(2);
    put(fadt->bytes + 112, ~(1u << 20), 4);
    balance_table(fadt);
    assert_false(check_read().hardware_reduced);
}

static void a_wrong_root_pointer_is_refused(void **state)
{
    static const size_t broken[] = {0, 7, 10, 16};

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        machine(2);
        rsdp->bytes[broken[i]] ^= 0x40;
        check_refused(ERR_INVALID, "RSDP");
    }
    machine(2);
    rsdp->bytes[0] ^= 0x40; // with a sum that is right
    balance(rsdp->bytes, 20, 8);
    balance(rsdp->bytes, 36, 32);
    check_refused(ERR_INVALID, "RSDP");
    machine(2);
    rsdp->bytes[34] ^= 1; // reserved, so only in the sum over all 36 bytes
    check_refused(ERR_INVALID, "RSDP");
}

static void a_table_with_a_wrong_sum_is_refused_by_name(void **state)
{
    (void)state;
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

    (void)state;
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

// Cuts a table to `length` bytes, with a sum that is right for them.
static void cut(struct place *place, size_t length)
{
    place->length = length;
    put(place->bytes + 4, length, 4);
    balance_table(place);
}

static void a_table_too_short_for_its_fields_is_refused(void **state)
{
    (void)state;
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
    (void)state;
    for (uint8_t length = 0; length < 2; length++) {
        machine(2);
        madt->bytes[45] = length;
        balance_table(madt);
        check_refused(ERR_INVALID, "MADT");
    }
}

static void a_madt_entry_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    machine(2);
    for (size_t length = madt->length - 1; length > 44; length--) {
        // Right behind an entry the table just ends earlier.
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
    (void)state;
    machine(2);
    madt->bytes[74 + 1] = 11; // the last one; the table ends with it
    cut(madt, madt->length - 1);
    check_refused(ERR_INVALID, "MADT");
}

static void more_io_apics_than_are_kept_are_refused(void **state)
{
    (void)state;
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
    (void)state;
    machine(2);
    cut(root, 36 + 2 * 8);
    check_refused(ERR_EMPTY, "MADT");
    machine(2);
    cut(root, 36);
    check_refused(ERR_EMPTY, "MADT");
}

static void a_madt_without_io_apics_is_empty(void **state)
{
    (void)state;
    machine(2);
    cut(madt, 44);
    check_refused(ERR_EMPTY, "MADT");
}

static void half_a_pointer_at_the_roots_end_is_not_read(void **state)
{
    (void)state;
    machine(2);
    cut(root, root->length + 7);
    check_microvm();
}

static void pointers_to_nothing_are_passed_over(void **state)
{
    (void)state;
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

    (void)state;
    machine(2);
    check_microvm();
    calls = mapped;
    for (unsigned i = 1; i <= calls; i++) {
        machine(2);
        fails_at = i;
        what = NULL;
        // A table that we have no use for is the only one that may be lost.
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
        cmocka_unit_test(pointers_to_nothing_are_passed_over),
        cmocka_unit_test(memory_that_can_not_be_mapped_is_no_fault),
    };

    return cmocka_run_group_tests_name("platform_acpi", tests, NULL, NULL);
}
