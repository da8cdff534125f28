// SPDX-License-Identifier: MIT
// The backtrace over frame pointers: valid frames are named, a broken one ends
// it.
#include "base/backtrace.h"

#include <stdio.h>

#include "base/symbols.h"
#include "unit/printed.h"

#define BASE 0xffffffff80100000ull

const uint64_t symbols_base = BASE;
const uint32_t symbols_bytes = 0x100;
const uint32_t symbols_count = 2;
const struct symbol_entry symbols_table[] = {{0, 0}, {0x40, 6}};
const char symbols_names[] = "inner\0outer";

enum {
    WORDS = 64
};

// A stack bounded by unreadable memory, as far as the sanitizer can check.
static uint64_t stack[WORDS];

static uintptr_t frame_at(unsigned word)
{
    return (uintptr_t)&stack[word];
}

// A frame at `word` whose caller's frame is at `caller`.
static void put_frame(unsigned word, uintptr_t caller, uint64_t back)
{
    stack[word] = caller;
    stack[word + 1] = back;
}

static void begin(void)
{
    memset(stack, 0, sizeof stack);
    backtrace_stacks((uintptr_t)stack, (uintptr_t)(stack + WORDS));
    printed_begin();
}

static size_t lines(void)
{
    size_t count = 0;

    for (size_t i = 0; i < printed_length; i++) {
        count += printed[i] == '\n';
    }
    return count;
}

static void a_known_address_has_a_name_and_an_offset(void **state)
{
    printed_begin();
    backtrace_address(BASE + 0x4a);
    assert_string_equal(printed, "  at 0xffffffff8010004a outer+10\n");
}

static void an_unknown_address_stands_alone(void **state)
{
    printed_begin();
    backtrace_address(0x1234);
    assert_string_equal(printed, "  at 0x0000000000001234\n");
}

static void callers_come_innermost_first(void **state)
{
    begin();
    put_frame(2, frame_at(10), BASE + 4);
    put_frame(10, frame_at(20), BASE + 0x44);
    put_frame(20, 0, 0); // pushed by the entry code
    backtrace_print(frame_at(2));
    assert_string_equal(printed, "  at 0xffffffff80100004 inner+4\n"
                                 "  at 0xffffffff80100044 outer+4\n");
}

static void a_frame_that_leads_to_itself_ends_the_walk(void **state)
{
    begin();
    put_frame(2, frame_at(2), BASE);
    backtrace_print(frame_at(2));
    assert_int_equal(lines(), 1);
}

static void a_frame_that_leads_downward_ends_the_walk(void **state)
{
    begin();
    put_frame(2, frame_at(10), BASE);
    put_frame(10, frame_at(2), BASE);
    backtrace_print(frame_at(2));
    assert_int_equal(lines(), 2);
}

static void a_walk_has_at_most_sixteen_callers(void **state)
{
    begin();
    for (unsigned i = 0; i < 30; i++) {
        put_frame(2 * i, frame_at(2 * i + 2), BASE);
    }
    backtrace_print(frame_at(0));
    assert_int_equal(lines(), 16);
}

static void a_frame_outside_the_stacks_is_not_read(void **state)
{
    begin();
    put_frame(0, UINT64_MAX - 7, BASE);
    backtrace_print(frame_at(0));
    assert_int_equal(lines(), 1);
    backtrace_print(frame_at(0) - 8);
    backtrace_print(frame_at(WORDS - 1)); // its second word is outside
    backtrace_print(frame_at(WORDS));
    backtrace_print(UINT64_MAX - 7);
    backtrace_print(0);
    backtrace_print(8);
    assert_int_equal(lines(), 1);
}

static void the_last_frame_inside_is_read(void **state)
{
    begin();
    put_frame(WORDS - 2, 0, BASE);
    backtrace_print(frame_at(WORDS - 2));
    assert_int_equal(lines(), 1);
}

static void an_unaligned_frame_is_not_read(void **state)
{
    begin();
    memset(stack, 0x11, sizeof stack);
    for (unsigned i = 1; i < 8; i++) {
        backtrace_print(frame_at(4) + i);
    }
    assert_int_equal(lines(), 0);
}

static void without_stacks_no_frame_is_believed(void **state)
{
    begin();
    put_frame(2, 0, BASE);
    backtrace_stacks(0, 0); // as before the platform has set the bounds
    backtrace_print(frame_at(2));
    assert_int_equal(lines(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_address_has_a_name_and_an_offset),
        cmocka_unit_test(an_unknown_address_stands_alone),
        cmocka_unit_test(callers_come_innermost_first),
        cmocka_unit_test(a_frame_that_leads_to_itself_ends_the_walk),
        cmocka_unit_test(a_frame_that_leads_downward_ends_the_walk),
        cmocka_unit_test(a_walk_has_at_most_sixteen_callers),
        cmocka_unit_test(a_frame_outside_the_stacks_is_not_read),
        cmocka_unit_test(the_last_frame_inside_is_read),
        cmocka_unit_test(an_unaligned_frame_is_not_read),
        cmocka_unit_test(without_stacks_no_frame_is_believed),
    };

    return cmocka_run_group_tests_name("base_backtrace", tests, NULL, NULL);
}
