// SPDX-License-Identifier: MIT
// Sizes and durations as typed by the user.
#include "base/units.h"

#include "unit/checks.h"

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct units_size size_of(const char *text)
{
    struct units_size size = {0};
    const enum units_result result = units_size(text, &size);

    if (result != UNITS_OK) {
        fail_msg("'%s' %s", text, units_reason(result));
    }
    return size;
}

static void check_bytes(const char *text, uint64_t bytes)
{
    assert_int_equal(size_of(text).bytes, bytes);
}

static void check_no_size(const char *text, enum units_result reason)
{
    struct units_size size = {.bytes = 7};

    if (units_size(text, &size) != reason) {
        fail_msg("'%s' is taken, or has another reason", text);
    }
    assert_int_equal(size.bytes, 7);
}

static void check_ms(const char *text, uint64_t milliseconds)
{
    uint64_t found = 0;
    const enum units_result result = units_duration(text, &found);

    if (result != UNITS_OK) {
        fail_msg("'%s' %s", text, units_reason(result));
    }
    assert_int_equal(found, milliseconds);
}

static void check_no_duration(const char *text, enum units_result reason)
{
    uint64_t found = 7;

    if (units_duration(text, &found) != reason) {
        fail_msg("'%s' is taken, or has another reason", text);
    }
    assert_int_equal(found, 7);
}

static void a_letter_is_a_power_of_1024_in_either_case(void **state)
{
    check_bytes("0", 0);
    check_bytes("4096", 4096);
    check_bytes("4096B", 4096);
    check_bytes("4096b", 4096);
    check_bytes("3K", 3 * KIB);
    check_bytes("3k", 3 * KIB);
    check_bytes("512M", 512 * MIB);
    check_bytes("512m", 512 * MIB);
    check_bytes("64MiB", 64 * MIB);
    check_bytes("64mib", 64 * MIB);
    check_bytes("64Mi", 64 * MIB);
    check_bytes("1G", GIB);
    check_bytes("2TiB", 2 * KIB * GIB);
    check_bytes("1P", MIB * GIB);
    check_bytes("15E", 15 * GIB * GIB);
    check_bytes("007M", 7 * MIB);
}

static void a_b_behind_the_letter_makes_it_a_power_of_1000(void **state)
{
    check_bytes("3KB", 3000);
    check_bytes("3kB", 3000);
    check_bytes("512MB", 512000000);
    check_bytes("0.5gb", 500000000);
    check_bytes("18EB", UINT64_C(18000000000000000000));
}

static void how_it_was_typed_is_told(void **state)
{
    assert_true(size_of("512").bare && !size_of("512").decimal);
    assert_false(size_of("512B").bare || size_of("512B").decimal);
    assert_false(size_of("512M").bare || size_of("512M").decimal);
    assert_false(size_of("512MiB").decimal);
    assert_true(size_of("512MB").decimal && !size_of("512MB").bare);
}

static void fractions_are_exact_and_rounded_down(void **state)
{
    check_bytes("0.5G", GIB / 2);
    check_bytes("1.5GiB", GIB + GIB / 2);
    check_bytes("0.1G", 107374182); // .4
    check_bytes("0.001K", 1);       // .024
    check_bytes("0.0001K", 0);
    check_bytes("1.0K", KIB);
    check_bytes("0.999999999999999999999E", (UINT64_C(1) << 60) - 1);
    // 0.5 with 40 decimals, and a value lower by one in the last of them.
    check_bytes("0.5000000000000000000000000000000000000000E", UINT64_C(1)
                                                                   << 59);
    check_bytes("0.4999999999999999999999999999999999999999E",
                (UINT64_C(1) << 59) - 1);
}

static void sizes_end_at_64_bits(void **state)
{
    check_bytes("18446744073709551615", UINT64_MAX);
    check_no_size("18446744073709551616", UNITS_OVERFLOW);
    check_no_size("99999999999999999999999999", UNITS_OVERFLOW);
    check_bytes("18014398509481983K", UINT64_MAX - 1023);
    check_no_size("18014398509481984K", UNITS_OVERFLOW);
    check_bytes("18014398509481983.999K", UINT64_MAX - 1);
    check_no_size("16E", UNITS_OVERFLOW);
    check_bytes("15.9999999999999999999999E", UINT64_MAX);
    check_no_size("19EB", UNITS_OVERFLOW);
}

static void a_text_that_is_no_size_is_told(void **state)
{
    static const char *const no_number[] = {"",    "M",   ".5G", "5.G", "5.",
                                            "-5M", "+5M", " 5M", "%",   "."};
    static const char *const no_unit[] = {"5Q",    "5 M", "5M ",   "5MM",
                                          "5i",    "5BB", "5iB",   "5%",
                                          "0x10M", "1e3", "5.5.5M"};

    for (size_t i = 0; i < sizeof no_number / sizeof no_number[0]; i++) {
        check_no_size(no_number[i], UNITS_NO_NUMBER);
    }
    for (size_t i = 0; i < sizeof no_unit / sizeof no_unit[0]; i++) {
        check_no_size(no_unit[i], UNITS_NO_UNIT);
    }
    check_no_size("1.5", UNITS_FRACTION);
    check_no_size("1.5B", UNITS_FRACTION);
}

static void check_exact(uint64_t bytes, const char *expected)
{
    char text[32];

    units_exact(text, sizeof text, bytes);
    assert_string_equal(text, expected);
    check_bytes(text, bytes);
}

static void a_size_is_written_so_that_it_is_read_again(void **state)
{
    check_exact(0, "0B");
    check_exact(3, "3B");
    check_exact(1025 * KIB, "1025K");
    check_exact(64 * MIB, "64M");
    check_exact(GIB + GIB / 2, "1536M");
    check_exact(UINT64_MAX, "18446744073709551615B");
    check_exact(UINT64_C(1) << 63, "8E");
}

static void durations_are_seconds_or_have_a_unit(void **state)
{
    check_ms("2", 2000);
    check_ms("0.5", 500);
    check_ms("500ms", 500);
    check_ms("2s", 2000);
    check_ms("1.25s", 1250);
    check_ms("5m", 300000);
    check_ms("0.5h", 1800000);
    check_ms("0", 0);
    check_ms("0.0009", 0);
    check_ms("0.0019", 1);
    check_ms("18446744073709551615ms", UINT64_MAX);
}

static void a_text_that_is_no_duration_is_told(void **state)
{
    check_no_duration("", UNITS_NO_NUMBER);
    check_no_duration("s", UNITS_NO_NUMBER);
    check_no_duration(".5", UNITS_NO_NUMBER);
    check_no_duration("-1", UNITS_NO_NUMBER);
    check_no_duration("2 s", UNITS_NO_UNIT);
    check_no_duration("2S", UNITS_NO_UNIT);
    check_no_duration("2M", UNITS_NO_UNIT); // a size's suffix
    check_no_duration("1d", UNITS_NO_UNIT);
    check_no_duration("0.5ms", UNITS_FRACTION);
    check_no_duration("18446744073709551616ms", UNITS_OVERFLOW);
    check_no_duration("18446744073709552s", UNITS_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_is_a_power_of_1024_in_either_case),
        cmocka_unit_test(a_b_behind_the_letter_makes_it_a_power_of_1000),
        cmocka_unit_test(how_it_was_typed_is_told),
        cmocka_unit_test(fractions_are_exact_and_rounded_down),
        cmocka_unit_test(sizes_end_at_64_bits),
        cmocka_unit_test(a_text_that_is_no_size_is_told),
        cmocka_unit_test(a_size_is_written_so_that_it_is_read_again),
        cmocka_unit_test(durations_are_seconds_or_have_a_unit),
        cmocka_unit_test(a_text_that_is_no_duration_is_told),
    };

    return cmocka_run_group_tests_name("host_units", tests, NULL, NULL);
}
