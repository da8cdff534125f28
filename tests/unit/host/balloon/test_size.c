// SPDX-License-Identifier: MIT
// Sizes as typed, and their results on a machine.
#include "balloon/size.h"

#include "unit/checks.h"

#define MIB (UINT64_C(1) << 20)
#define RAM (512 * MIB)

static struct size_wish parsed(const char *text)
{
    struct size_wish wish = {0};
    struct failure failure;

    if (!size_parse(text, &wish, &failure)) {
        fail_msg("'%s': %s", text, failure.text);
    }
    return wish;
}

static void check_parsed(const char *text, enum size_kind kind, uint64_t number)
{
    struct size_wish wish = parsed(text);

    assert_int_equal(wish.kind, kind);
    assert_int_equal(wish.number, number);
}

static void check_no_size(const char *text, const char *reason)
{
    struct size_wish wish;
    struct failure failure;

    if (size_parse(text, &wish, &failure)) {
        fail_msg("'%s' is taken", text);
    }
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, reason);
}

static void sizes_are_bytes_or_powers_of_1024(void **state)
{
    check_parsed("1B", SIZE_BYTES, 1);
    check_parsed("1048576", SIZE_BYTES, MIB);
    check_parsed("512m", SIZE_BYTES, 512 * MIB);
    check_parsed("1.5GiB", SIZE_BYTES, 1536 * MIB);
    check_parsed("512MB", SIZE_BYTES, 512000000);
    assert_true(parsed("512MB").decimal);
    assert_false(parsed("512MiB").decimal);
    check_parsed("3K", SIZE_BYTES, 3072);
    check_parsed("512M", SIZE_BYTES, 512 * MIB);
    check_parsed("1G", SIZE_BYTES, 1024 * MIB);
    check_parsed("2T", SIZE_BYTES, 2 * MIB * MIB);
    check_parsed("007M", SIZE_BYTES, 7 * MIB);
}

static void a_sign_makes_them_relative_and_a_percent_sign_a_share(void **state)
{
    check_parsed("+64M", SIZE_MORE, 64 * MIB);
    check_parsed("-64M", SIZE_LESS, 64 * MIB);
    check_parsed("-1B", SIZE_LESS, 1);
    check_parsed("+0.5G", SIZE_MORE, 512 * MIB);
    check_parsed("75%", SIZE_PERCENT, 75);
    check_parsed("1000%", SIZE_PERCENT, 1000);
}

static void the_largest_size_is_qemus(void **state)
{
    check_parsed("9223372036854775807", SIZE_BYTES, INT64_MAX);
    check_parsed("8388607T", SIZE_BYTES, UINT64_C(8388607) << 40);
    check_no_size("9223372036854775808", "too large");
    check_no_size("18446744073709551616", "too large");
    check_no_size("8388608T", "too large");
    check_no_size("9999999999999999999999999999999999", "too large");
    check_no_size("1001%", "too large");
}

static void what_is_no_size_is_told(void **state)
{
    static const char *const units[] = {"5Q",  "5 M",   "+5%", "-5%",
                                        "5%M", "0x10M", "5M%", "1.5%"};

    check_no_size("", "has no number");
    check_no_size("M", "has no number");
    check_no_size("%", "has no number");
    check_no_size("+", "has no number");
    check_no_size("--5", "has no number");
    check_no_size(" 5M", "has no number");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        check_no_size(units[i], "no unit");
    }
    check_no_size("0", "is nothing");
    check_no_size("0%", "is nothing");
    check_no_size("-0G", "is nothing");
    check_no_size("\x1b[2J", "'\\x1b[2J'");
}

static void
a_bare_number_that_other_tools_take_otherwise_is_refused(void **state)
{
    check_no_size("512", "'512' is 512 bytes: ");
    check_no_size("512", "512M for MiB");
    check_no_size("512", "512K for KiB");
    check_no_size("512", "512B for bytes");
    check_no_size("1048575", "1048575 bytes");
    check_parsed("1048575B", SIZE_BYTES, MIB - 1);
    check_no_size("+64", "+64M for MiB");
    check_no_size("-64", "-64K for KiB");
}

static void check_target(const char *text, int64_t actual, uint64_t value,
                         uint64_t size, bool clamped)
{
    struct size_wish wish = parsed(text);
    struct size_target target;
    struct failure failure;

    if (!size_resolve(&wish, actual, RAM, &target, &failure)) {
        fail_msg("'%s': %s", text, failure.text);
    }
    assert_int_equal(target.value, value);
    assert_int_equal(target.size, size);
    assert_int_equal(target.clamped, clamped);
}

static void check_no_target(const char *text, int64_t actual)
{
    struct size_wish wish = parsed(text);
    struct size_target target;
    struct failure failure;

    assert_false(size_resolve(&wish, actual, RAM, &target, &failure));
    assert_int_equal(failure.code, CODE_USAGE);
}

static void a_wish_comes_to_bytes(void **state)
{
    check_target("128M", RAM, 128 * MIB, 128 * MIB, false);
    check_target("75%", 7, 384 * MIB, 384 * MIB, false);
    check_target("+64M", 128 * MIB, 192 * MIB, 192 * MIB, false);
    check_target("-64M", 128 * MIB, 64 * MIB, 64 * MIB, false);
    check_target("100%", 0, RAM, RAM, false);
}

static void a_target_is_rounded_up_to_a_page_as_qemu_does(void **state)
{
    check_target("1B", RAM, 1, 4096, false);
    check_target("4096B", RAM, 4096, 4096, false);
    check_target("4097B", RAM, 4097, 8192, false);
    check_target("536870911", RAM, RAM - 1, RAM, false);
}

static void above_the_ram_is_the_ram(void **state)
{
    check_target("513M", RAM, 513 * MIB, RAM, true);
    check_target("+1B", RAM, RAM + 1, RAM, true);
    check_target("101%", RAM, 542239621, RAM, true);
    check_target("9223372036854775807", RAM, INT64_MAX, RAM, true);
}

// The product passes 64 bits, and QEMU accepts at most 2^63-1.
static void a_share_of_a_vast_ram_is_clamped(void **state)
{
    const struct size_wish wish = parsed("1000%");
    struct size_target target;
    struct failure failure;

    assert_true(size_resolve(&wish, INT64_MAX, INT64_MAX, &target, &failure));
    assert_int_equal(target.value, INT64_MAX);
    assert_int_equal(target.size, INT64_MAX);
    assert_true(size_resolve(&wish, 1, UINT64_C(1) << 60, &target, &failure));
    assert_int_equal(target.value, INT64_MAX);
    assert_true(target.clamped);
}

static void nothing_and_less_is_no_target(void **state)
{
    check_no_target("-512M", RAM);
    check_no_target("-1G", RAM);
    check_no_target("-9223372036854775807", INT64_MIN);
    check_no_target("+1B", INT64_MAX);
    // For a guest that reports a negative size.
    check_no_target("+1M", -(int64_t)(2 * MIB));
    check_target("+3M", -(int64_t)(2 * MIB), MIB, MIB, false);
}

static void a_size_below_nothing_has_a_sign(void **state)
{
    char text[SIZE_TEXT];

    size_text(text, sizeof text, 64 * MIB);
    assert_string_equal(text, "64.0 MiB");
    size_text(text, sizeof text, -(int64_t)(64 * MIB));
    assert_string_equal(text, "-64.0 MiB");
    size_text(text, sizeof text, INT64_MIN);
    assert_string_equal(text, "-8.0 EiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_bytes_or_powers_of_1024),
        cmocka_unit_test(a_sign_makes_them_relative_and_a_percent_sign_a_share),
        cmocka_unit_test(the_largest_size_is_qemus),
        cmocka_unit_test(what_is_no_size_is_told),
        cmocka_unit_test(
            a_bare_number_that_other_tools_take_otherwise_is_refused),
        cmocka_unit_test(a_wish_comes_to_bytes),
        cmocka_unit_test(a_target_is_rounded_up_to_a_page_as_qemu_does),
        cmocka_unit_test(above_the_ram_is_the_ram),
        cmocka_unit_test(a_share_of_a_vast_ram_is_clamped),
        cmocka_unit_test(nothing_and_less_is_no_target),
        cmocka_unit_test(a_size_below_nothing_has_a_sign),
    };

    return cmocka_run_group_tests_name("host_size", tests, NULL, NULL);
}
