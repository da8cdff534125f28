// SPDX-License-Identifier: MIT
// Tables with random bytes are read within their bounds, or refused. The
// sanitizers check this; a fixed seed reproduces each round.
#include "platform/acpi.h"

#include "unit/platform/acpi_machine.h"

enum {
    ROUNDS = 5000,
    CHANGES_MAX = 6,
};

// Random bytes of a random table; every other time the checksum is corrected,
// so that the code after the check is reached.
static void change_at_random(uint64_t *random)
{
    struct place *place = &places[next_random(random) % place_count];

    for (uint64_t i = next_random(random) % CHANGES_MAX + 1; i > 0; i--) {
        place->bytes[next_random(random) % place->length] =
            (uint8_t)next_random(random);
    }
    if (place == rsdp) {
        balance(rsdp->bytes, 20, 8);
        balance(rsdp->bytes, rsdp->length, rsdp->length > 20 ? 32 : 8);
    } else if (next_random(random) & 1) {
        balance_table(place);
    }
}

static void check_bounded(const struct acpi *acpi)
{
    assert_true(acpi->ioapic_count > 0);
    assert_true(acpi->ioapic_count <= ACPI_IOAPICS_MAX);
    assert_true(acpi->fixed.gpe0_blk + acpi->fixed.gpe0_blk_len <= 0x10000);
    assert_int_equal(acpi->ecam.base.value % 0x100000, 0);
}

static void bytes_at_random_are_read_within_bounds_or_refused(void **state)
{
    uint64_t random = 20250611;
    unsigned read = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct acpi acpi;
        const char *what = NULL;

        new_mcfg(2);
        put_ecam(0, 0xb0000000, 0, 0, 255);
        put_ecam(1, 0xc0000000, 1, 0, 255);
        put_pc();
        if (next_random(&random) & 1) {
            new_rsdp(0);
            new_root(0);
        }
        change_at_random(&random);
        change_at_random(&random);
        if (read_all(&acpi, &what) == OK) {
            check_bounded(&acpi);
            read++;
        } else {
            assert_non_null(what);
        }
    }
    // Both outcomes occurred often.
    assert_true(read > ROUNDS / 20);
    assert_true(read < ROUNDS - ROUNDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_at_random_are_read_within_bounds_or_refused),
    };

    return cmocka_run_group_tests_name("platform_acpi_random", tests, NULL,
                                       NULL);
}
