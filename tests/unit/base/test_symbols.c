// SPDX-License-Identifier: MIT
// Names for addresses, from a table built by hand.
#include "base/symbols.h"

#include "unit/checks.h"

#define BASE 0xffffffff80100000ull

const uint64_t symbols_base = BASE;
const uint32_t symbols_bytes = 0x100;
const uint32_t symbols_count = 5;
const struct symbol_entry symbols_table[] = {
    {0, 0}, {1, 6}, {0x10, 10}, {0x11, 12}, {0x80, 17}};
const char symbols_names[] = "first\0two\0x\0four\0last";

static void check_found(uint64_t address, const char *name, uint64_t into)
{
    uint64_t offset = 12345;
    const char *found = symbols_find(address, &offset);

    assert_non_null(found);
    assert_string_equal(found, name);
    assert_int_equal(offset, into);
}

static void check_nobody(uint64_t address)
{
    uint64_t offset = 12345;

    assert_null(symbols_find(address, &offset));
    assert_int_equal(offset, 12345);
}

static void an_address_belongs_to_the_function_before_it(void **state)
{
    check_found(BASE, "first", 0);
    check_found(BASE + 1, "two", 0);
    check_found(BASE + 0xf, "two", 0xe);
    check_found(BASE + 0x10, "x", 0);
    check_found(BASE + 0x11, "four", 0);
    check_found(BASE + 0x7f, "four", 0x6e);
}

static void the_last_function_ends_where_the_table_says(void **state)
{
    check_found(BASE + 0x80, "last", 0);
    check_found(BASE + 0xff, "last", 0x7f);
    check_nobody(BASE + 0x100);
}

static void an_address_outside_belongs_to_nobody(void **state)
{
    check_nobody(0);
    check_nobody(1);
    check_nobody(BASE - 1);
    check_nobody(BASE + 0x100000000);
    check_nobody(UINT64_MAX);
}

// The same answer as a linear search, for every address.
static void halving_finds_what_a_plain_search_finds(void **state)
{
    for (uint32_t at = 0; at < symbols_bytes; at++) {
        uint32_t entry = 0;

        for (uint32_t i = 0; i < symbols_count; i++) {
            entry = symbols_table[i].offset <= at ? i : entry;
        }
        check_found(BASE + at, symbols_names + symbols_table[entry].name,
                    at - symbols_table[entry].offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_belongs_to_the_function_before_it),
        cmocka_unit_test(the_last_function_ends_where_the_table_says),
        cmocka_unit_test(an_address_outside_belongs_to_nobody),
        cmocka_unit_test(halving_finds_what_a_plain_search_finds),
    };

    return cmocka_run_group_tests_name("base_symbols", tests, NULL, NULL);
}
