// SPDX-License-Identifier: MIT
// Text written to the sink: unchanged, in order, and each byte once, held back
// or not.
#include "base/print.h"

#include "unit/printed.h"

static void text(const char *text)
{
    print_bytes(text, strlen(text));
}

static void without_a_sink_text_is_dropped(void **state)
{
    print_to(NULL);
    text("nobody listens");
    print_hold();
    text("nor later");
    print_release();
    printed_begin();
    print_release();
    assert_string_equal(printed, "");
}

static void bytes_go_out_as_they_are(void **state)
{
    printed_begin();
    print_bytes("a\0b", 3);
    print_bytes("", 0);
    assert_int_equal(printed_length, 3);
    assert_memory_equal(printed, "a\0b", 3);
}

static void what_is_held_goes_out_in_one_piece(void **state)
{
    printed_begin();
    print_hold();
    text("one ");
    text("two ");
    assert_string_equal(printed, "");
    print_release();
    assert_string_equal(printed, "one two ");
    assert_int_equal(printed_pieces, 1);
    text("three");
    assert_string_equal(printed, "one two three");
}

static void a_release_gives_each_byte_once(void **state)
{
    printed_begin();
    print_release();
    print_hold();
    print_release();
    assert_int_equal(printed_pieces, 0);
    print_hold();
    text("once");
    print_release();
    print_release();
    assert_string_equal(printed, "once");
}

// Held text fills the buffer; the next byte ends the hold and follows it.
static void more_than_fits_ends_the_hold(void **state)
{
    char most[PRINT_HELD_MAX];

    memset(most, 'm', sizeof most);
    printed_begin();
    print_hold();
    print_bytes(most, sizeof most);
    assert_int_equal(printed_length, 0);
    text("+");
    assert_int_equal(printed_length, sizeof most + 1);
    assert_memory_equal(printed, most, sizeof most);
    text("at once");
    assert_string_equal(printed + sizeof most, "+at once");
}

static void a_piece_too_large_to_wait_does_not(void **state)
{
    char large[PRINT_HELD_MAX + 1];

    memset(large, 'l', sizeof large);
    printed_begin();
    print_hold();
    text("first,");
    print_bytes(large, sizeof large);
    assert_int_equal(printed_length, 6 + sizeof large);
    assert_memory_equal(printed, "first,l", 7);
}

// A sink that emits text itself, as COM1 does after a loss.
static void speak_up(const char *bytes, size_t count)
{
    static bool speaking;

    if (!speaking) {
        speaking = true;
        text("(lost)");
        speaking = false;
    }
    printed_catch(bytes, count);
}

static void the_sinks_own_words_come_before_what_was_held(void **state)
{
    printed_begin();
    print_to(speak_up);
    print_hold();
    text("held");
    print_release();
    assert_string_equal(printed, "(lost)held");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sink_text_is_dropped),
        cmocka_unit_test(bytes_go_out_as_they_are),
        cmocka_unit_test(what_is_held_goes_out_in_one_piece),
        cmocka_unit_test(a_release_gives_each_byte_once),
        cmocka_unit_test(more_than_fits_ends_the_hold),
        cmocka_unit_test(a_piece_too_large_to_wait_does_not),
        cmocka_unit_test(the_sinks_own_words_come_before_what_was_held),
    };

    return cmocka_run_group_tests_name("base_print", tests, NULL, NULL);
}
