// SPDX-License-Identifier: MIT
// The empty symbol table of the first link: no symbol is found, no entry read.
#include "base/symbols.h"

#include "unit/checks.h"

const uint64_t symbols_base = 0xffffffff80100000;
const uint32_t symbols_bytes = 0x1000; // meaningless without entries
const uint32_t symbols_count = 0;
const struct symbol_entry symbols_table[] = {{0, 0}};
const char symbols_names[] = "wrong";

static void an_empty_table_names_nobody(void **state)
{
    uint64_t offset = 7;

    assert_null(symbols_find(symbols_base, &offset));
    assert_null(symbols_find(symbols_base + 1, &offset));
    assert_null(symbols_find(0, &offset));
    assert_int_equal(offset, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_names_nobody),
    };

    return cmocka_run_group_tests_name("base_symbols_empty", tests, NULL, NULL);
}
