// SPDX-License-Identifier: MIT
// Log lines to the byte: each conversion equals the C library's printf,
// extremes of numbers, lines that are too long.
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>

#include "fakes/fake_report.h"
#include "unit/printed.h"

#define ULL(value) ((unsigned long long)(value))

static const unsigned long long numbers[] = {
    0,
    1,
    9,
    10,
    15,
    16,
    99,
    100,
    4096,
    1000000007,
    UINT32_MAX,
    1ull << 32,
    INT64_MAX,
    1ull << 63,
    9999999999999999999u,
    10000000000000000000u,
    UINT64_MAX,
};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

// The written line equals printf's line for the same arguments.
#define check_as_printf(...)                                                   \
    do {                                                                       \
        char expected[LOG_LINE_MAX + 2];                                       \
        snprintf(expected, sizeof expected - 1, __VA_ARGS__);                  \
        strcat(expected, "\n");                                                \
        printed_begin();                                                       \
        log_line(__VA_ARGS__);                                                 \
        assert_string_equal(printed, expected);                                \
    } while (0)

static void a_line_is_one_piece_with_its_end(void **state)
{
    printed_begin();
    log_line("order end");
    assert_string_equal(printed, "order end\n");
    assert_int_equal(printed_pieces, 1);
    printed_begin();
    log_line("%s", "");
    assert_string_equal(printed, "\n");
}

static void text_stands_between_any_neighbours(void **state)
{
    check_as_printf("%s", "alone");
    check_as_printf("%s%s%s", "a", "", "b");
    check_as_printf("error what=\"%s\" error=%s", "no balloon", "empty");
}

static void numbers_are_as_printf_has_them(void **state)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        check_as_printf("%llu %llx %#llx", numbers[i], numbers[i], numbers[i]);
        check_as_printf("%u %x %#x", (unsigned)numbers[i], (unsigned)numbers[i],
                        (unsigned)numbers[i]);
        check_as_printf("0x%016llx", numbers[i]);
        check_as_printf("%02x:%02x.%x", (unsigned)numbers[i] & 0xff, 0u, 7u);
        check_as_printf("%04x:%06x|", (unsigned)numbers[i],
                        (unsigned)numbers[i]);
    }
}

static void many_arguments_keep_their_order(void **state)
{
    check_as_printf("%u %s %llu %x %u %s %llu %u %#x %s", 1u, "two", 3ull, 4u,
                    5u, "six", 7ull, 8u, 9u, "ten");
}

// Called through a pointer, since the compiler would refuse such a format.
static void check_unknown(const char *format)
{
    void (*volatile write)(const char *, ...) = log_line;

    fake_report_clear();
    expect_assert_failure(write(format, 1));
    assert_string_equal(fake_log(), "");
}

static void an_unknown_conversion_is_a_panic(void **state)
{
    check_unknown("%d");
    check_unknown("key=%");
    check_unknown("%-4u");
    check_unknown("%c");
    check_unknown("%%");
    check_unknown("%p");
}

// A line of `bytes` characters and one more is cut to LOG_LINE_MAX.
static void check_cut(const char *line, size_t bytes)
{
    assert_int_equal(printed_length, LOG_LINE_MAX + 1);
    assert_memory_equal(printed, line, bytes);
    assert_int_equal(printed[LOG_LINE_MAX], '\n');
}

static void a_line_too_long_is_cut(void **state)
{
    char text[LOG_LINE_MAX + 40];

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    printed_begin();
    log_line("%s", text);
    check_cut(text, LOG_LINE_MAX);
    printed_begin();
    log_line("%s and more, %u", text, 1u);
    check_cut(text, LOG_LINE_MAX);
}

// At every distance from the end: the number's first digits, and no more.
static void a_number_at_the_end_of_the_line_is_cut(void **state)
{
    char line[LOG_LINE_MAX + 40];

    for (int left = 0; left <= 20; left++) {
        snprintf(line, sizeof line, "%*s%llu", LOG_LINE_MAX - left, "",
                 ULL(UINT64_MAX));
        line[LOG_LINE_MAX - left] = '\0';
        printed_begin();
        log_line("%s%llu%s", line, ULL(UINT64_MAX), left < 20 ? "more" : "");
        snprintf(line, sizeof line, "%*s%llu", LOG_LINE_MAX - left, "",
                 ULL(UINT64_MAX));
        check_cut(line, LOG_LINE_MAX);
    }
}

static const struct log_key seq = LOG_KEY("seq");
static const struct log_key faults = LOG_KEY("minor-faults");
static const struct log_key memory = LOG_KEY("free-memory");
static const struct log_key available = LOG_KEY("available-memory");

static void pairs_are_put_one_behind_the_other(void **state)
{
    struct log_text line;

    printed_begin();
    log_begin(&line, "stats");
    log_decimal(&line, &seq, 1);
    log_decimal(&line, &faults, 0);
    log_decimal(&line, &memory, UINT64_MAX);
    assert_string_equal(printed, "");
    log_end(&line);
    assert_string_equal(
        printed,
        "stats seq=1 minor-faults=0 free-memory=18446744073709551615\n");
    assert_int_equal(printed_pieces, 1);
}

static void pairs_have_their_numbers_as_printf_has_them(void **state)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        char expected[80];
        struct log_text line;

        snprintf(expected, sizeof expected,
                 "stats seq=%llu minor-faults=%llu\n", numbers[i], numbers[i]);
        printed_begin();
        log_begin(&line, "stats");
        log_decimal(&line, &seq, numbers[i]);
        log_decimal(&line, &faults, numbers[i]);
        log_end(&line);
        assert_string_equal(printed, expected);
    }
}

static void too_many_pairs_are_cut(void **state)
{
    struct log_text line;
    char expected[2 * LOG_LINE_MAX] = "many";

    printed_begin();
    log_begin(&line, "many");
    for (unsigned i = 0; i < 40; i++) {
        log_decimal(&line, &seq, numbers[NUMBERS - 1 - i % 3]);
        sprintf(expected + strlen(expected), " seq=%llu",
                numbers[NUMBERS - 1 - i % 3]);
    }
    log_end(&line);
    assert_true(strlen(expected) > LOG_LINE_MAX);
    check_cut(expected, LOG_LINE_MAX);
}

// A pair of every length that ends the line: in its key, at its number.
static void a_pair_at_the_end_of_the_line_is_cut(void **state)
{
    char text[LOG_LINE_MAX + 1];
    char expected[LOG_LINE_MAX + 80];

    for (int left = 0; left <= 40; left++) {
        const uint64_t value = left % 2 ? UINT64_MAX : 7;
        struct log_text line;

        snprintf(text, sizeof text, "%*s", LOG_LINE_MAX - left, "");
        snprintf(expected, sizeof expected, "%s available-memory=%llu seq=%llu",
                 text, ULL(value), ULL(value));
        printed_begin();
        log_begin(&line, text);
        log_decimal(&line, &available, value);
        log_decimal(&line, &seq, value);
        log_end(&line);
        if (strlen(expected) >= LOG_LINE_MAX) {
            check_cut(expected, LOG_LINE_MAX);
        } else {
            assert_int_equal(printed_length, strlen(expected) + 1);
            assert_memory_equal(printed, expected, strlen(expected));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_piece_with_its_end),
        cmocka_unit_test(text_stands_between_any_neighbours),
        cmocka_unit_test(numbers_are_as_printf_has_them),
        cmocka_unit_test(many_arguments_keep_their_order),
        cmocka_unit_test(an_unknown_conversion_is_a_panic),
        cmocka_unit_test(a_line_too_long_is_cut),
        cmocka_unit_test(a_number_at_the_end_of_the_line_is_cut),
        cmocka_unit_test(pairs_are_put_one_behind_the_other),
        cmocka_unit_test(pairs_have_their_numbers_as_printf_has_them),
        cmocka_unit_test(too_many_pairs_are_cut),
        cmocka_unit_test(a_pair_at_the_end_of_the_line_is_cut),
    };

    return cmocka_run_group_tests_name("base_log", tests, NULL, NULL);
}
