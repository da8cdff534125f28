// SPDX-License-Identifier: MIT
// A machine's ACPI tables built by hand, byte by byte, for the tests of acpi.c:
// microvm's, unless a test changes them.
// Limits: the layouts are those of ACPI 6.4, 5.2.5 to 5.2.12, written again
// independently.
#ifndef UNIT_PLATFORM_ACPI_MACHINE_H
#define UNIT_PLATFORM_ACPI_MACHINE_H

#include <stdlib.h>

#include "platform/acpi.h"
#include "unit/checks.h"

// --- A machine's memory: some tables at addresses far apart -----------------

enum {
    PLACES = 8
};

struct place {
    uint64_t address;
    uint8_t bytes[512];
    size_t length; // number of bytes that can be mapped
};

static struct place places[PLACES];
static size_t place_count;
static unsigned mapped;   // calls of map_place so far
static unsigned fails_at; // number of the call that returns NULL; 0: none
static void *copies[128];

// Returns a heap copy of exactly the requested length, so that the sanitizer
// sees a read past its end.
static inline const void *map_place(paddr address, size_t bytes)
{
    mapped++;
    assert_true(bytes <= 1u << 20); // longer than any table, hence a mistake
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

static inline struct place *new_place(uint64_t address, size_t length)
{
    struct place *place = &places[place_count++];

    *place = (struct place){.address = address, .length = length};
    return place;
}

static inline void put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

// Sets the byte at `where` so that the first `length` bytes add up to 0.
static inline void balance(uint8_t *bytes, size_t length, size_t where)
{
    uint8_t sum = 0;

    bytes[where] = 0;
    for (size_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    bytes[where] = (uint8_t)(0x100 - sum);
}

static inline void balance_table(struct place *place)
{
    balance(place->bytes, place->length, 9);
}

static inline struct place *new_table(const char *signature, uint64_t address,
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

// --- The tables of a valid machine ------------------------------------------

static struct place *rsdp;
static struct place *root;
static struct place *fadt;
static struct place *madt;
static struct place *other;

static inline void new_rsdp(int revision)
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
static inline void new_madt(void)
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

static inline void new_root(int revision)
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

static inline void machine(int revision)
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
    other = new_table("HPET", OTHER, 56);
    other->bytes[9] ^= 1; // broken, but a table that the guest does not use
}

static inline enum error read_all(struct acpi *acpi, const char **what)
{
    mapped = 0;

    enum error error = acpi_read(paddr_of(RSDP), map_place, acpi, what);

    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        free(copies[i]);
        copies[i] = NULL;
    }
    return error;
}

static inline void check_refused(enum error error, const char *named)
{
    struct acpi acpi;
    const char *what = NULL;

    assert_int_equal(read_all(&acpi, &what), error);
    assert_non_null(what);
    check_contains(what, named);
}

static inline struct acpi check_read(void)
{
    struct acpi acpi;
    const char *what = NULL;

    if (read_all(&acpi, &what) != OK) {
        fail_msg("refused: %s", what);
    }
    return acpi;
}

// Cuts a table to `length` bytes, with a correct checksum for them.
static inline void cut(struct place *place, size_t length)
{
    place->length = length;
    put(place->bytes + 4, length, 4);
    balance_table(place);
}

// A PC's fixed hardware, at QEMU's addresses.
static inline void put_pc(void)
{
    put(fadt->bytes + 46, 9, 2);
    put(fadt->bytes + 48, 0xb2, 4);
    fadt->bytes[52] = 2;
    put(fadt->bytes + 56, 0x600, 4);
    fadt->bytes[88] = 4;
    put(fadt->bytes + 64, 0x604, 4);
    put(fadt->bytes + 80, 0x620, 4);
    fadt->bytes[92] = 16;
    put(fadt->bytes + 112, 0x84a5, 4);
    balance_table(fadt);
}

// Turns the unused table into an MCFG with `count` entries.
static inline void new_mcfg(unsigned count)
{
    machine(2);
    memset(other->bytes, 0, sizeof other->bytes);
    memcpy(other->bytes, "MCFG", 4);
    cut(other, 44 + 16 * count);
}

static inline void put_ecam(unsigned entry, uint64_t base, uint16_t segment,
                            uint8_t first, uint8_t last)
{
    uint8_t *at = other->bytes + 44 + 16 * entry;

    put(at, base, 8);
    put(at + 8, segment, 2);
    at[10] = first;
    at[11] = last;
    balance_table(other);
}

#endif
