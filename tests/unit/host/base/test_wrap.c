// SPDX-License-Identifier: MIT
// Lines of at most 80 columns, broken between words.
#include "base/wrap.h"

#include "unit/checks.h"

#define X20 "xxxxxxxxxxxxxxxxxxxx"
#define X80 X20 X20 X20 X20

static void check_wrapped(size_t indent, const char *text, const char *expected)
{
    struct buffer out = {0};

    wrap_text(&out, indent, text, strlen(text));
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void a_line_is_full_at_80_columns(void **state)
{
    check_wrapped(0, X20 X20 X20 " " X20 " y", X20 X20 X20 "\n" X20 " y\n");
    check_wrapped(0, X20 X20 X20 " xxxxxxxxxxxxxxxxxxx y",
                  X20 X20 X20 " xxxxxxxxxxxxxxxxxxx\ny\n");
    check_wrapped(4, X20 X20 X20 " xxxxxxxxxxxxxxxx y",
                  "    " X20 X20 X20 "\n    xxxxxxxxxxxxxxxx y\n");
}

static void any_white_space_parts_words(void **state)
{
    check_wrapped(2, " a\nb \t c\n", "  a b c\n");
    check_wrapped(2, "", "");
    check_wrapped(2, " \n ", "");
}

static void a_word_too_long_stays_whole(void **state)
{
    check_wrapped(0, "a " X80 X20 " b", "a\n" X80 X20 "\nb\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_full_at_80_columns),
        cmocka_unit_test(any_white_space_parts_words),
        cmocka_unit_test(a_word_too_long_stays_whole),
    };

    return cmocka_run_group_tests_name("host_wrap", tests, NULL, NULL);
}
