// SPDX-License-Identifier: MIT
// Text without printf: the numbers' extremes, and no sink at all.
#include "base/emit.h"

#include <inttypes.h>
#include <stdio.h>

#include "unit/emitted.h"

static void without_a_sink_text_is_dropped(void **state)
{
    (void)state;
    emit_to(NULL);
    emit_text("nobody listens");
    emit_decimal(1);
    emit_hex(1);
}

static void bytes_go_out_as_they_are(void **state)
{
    (void)state;
    emitted_begin();
    emit_bytes("a\0b", 3);
    emit_bytes("", 0);
    assert_int_equal(emitted_length, 3);
    assert_memory_equal(emitted, "a\0b", 3);
}

static void decimals_have_no_leading_zeros(void **state)
{
    static const uint64_t values[] = {
        0,
        1,
        9,
        10,
        99,
        100,
        1000000007,
        UINT32_MAX,
        INT64_MAX,
        10000000000000000000u,
        UINT64_MAX,
        1ull << 63,
        9999999999999999999u,
    };
    char expected[32];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        emitted_begin();
        emit_decimal(values[i]);
        snprintf(expected, sizeof expected, "%" PRIu64, values[i]);
        assert_string_equal(emitted, expected);
    }
}

static void hexadecimals_have_sixteen_digits(void **state)
{
    static const uint64_t values[] = {0, 1, 0x123456789abcdef0, UINT64_MAX,
                                      0xffffffff80000000};
    char expected[32];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        emitted_begin();
        emit_hex(values[i]);
        snprintf(expected, sizeof expected, "0x%016" PRIx64, values[i]);
        assert_string_equal(emitted, expected);
    }
}

static void a_key_stands_before_its_value(void **state)
{
    (void)state;
    emitted_begin();
    emit_key_hex("cr2", 0xfeed);
    assert_string_equal(emitted, " cr2=0x000000000000feed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sink_text_is_dropped),
        cmocka_unit_test(bytes_go_out_as_they_are),
        cmocka_unit_test(decimals_have_no_leading_zeros),
        cmocka_unit_test(hexadecimals_have_sixteen_digits),
        cmocka_unit_test(a_key_stands_before_its_value),
    };

    return cmocka_run_group_tests_name("base_emit", tests, NULL, NULL);
}
