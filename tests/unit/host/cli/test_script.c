// SPDX-License-Identifier: MIT
// A script as text becomes words and parts, or names the line that is wrong.
#include "cli/script.h"

#include "unit/checks.h"

static bool cut(struct script *script, const char *text,
                struct failure *failure)
{
    buffer_text(&script->text, text);
    return script_cut(script, failure);
}

// The words of a valid script, each with its part: "write=1/0 read=1/1 ".
static void expect_words(const char *text, const char *words)
{
    struct script script = {0};
    struct failure failure;
    struct buffer got = {0};

    assert_true(cut(&script, text, &failure));
    for (size_t i = 0; i < script.count; i++) {
        buffer_format(&got, "%s/%u ", script.words[i].text,
                      script.words[i].part);
    }
    assert_string_equal(buffer_string(&got), words);
    buffer_free(&got);
    script_free(&script);
}

static void expect_refusal(const char *text, const char *reason)
{
    struct script script = {0};
    struct failure failure;

    assert_false(cut(&script, text, &failure));
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, reason);
    script_free(&script);
}

static void blanks_and_line_ends_separate_words(void **state)
{
    (void)state;
    expect_words("map=1M  write=8:1\r\n\tread=8\n", "map=1M/0 write=8:1/0 "
                                                    "read=8/0 ");
}

static void a_comment_ends_with_its_line_and_begins_no_part(void **state)
{
    (void)state;
    expect_words("drop # load=1\n# load=2\nswapon\n#", "drop/0 swapon/0 ");
}

static void an_empty_line_between_words_ends_a_part(void **state)
{
    (void)state;
    expect_words("drop\n\nswapon\n \t\r\n\nswapoff drop",
                 "drop/0 swapon/1 swapoff/2 drop/2 ");
    expect_words("drop # here\n\n# a title\nswapon", "drop/0 swapon/1 ");
}

static void empty_lines_around_the_script_are_no_parts(void **state)
{
    (void)state;
    expect_words("\n\n# title\n\ndrop\n\n\n", "drop/0 ");
}

static void a_text_without_words_is_an_empty_script(void **state)
{
    (void)state;
    expect_words("", "");
    expect_words("\n # only this", "");
}

static void a_word_that_is_no_order_is_named_with_its_line(void **state)
{
    (void)state;
    expect_refusal("drop\n# swap\n\nload=8 wriet=1\ndrop",
                   "line 4 of the script: 'wriet=1' is no order");
    expect_refusal("pace=0", "line 1 of the script: 'pace=0' is no order");
    expect_refusal("size=0", "line 1 of the script: 'size=0' is no order");
    expect_refusal("size=\n", "line 1 of the script: 'size=' is no order");
}

static void a_word_that_no_line_of_the_guest_can_hold_is_refused(void **state)
{
    char word[160] = "write=";

    (void)state;
    memset(word + 6, '0', 128 - 6);
    expect_refusal(word, "line 1 of the script: 'write=000");
    word[127] = '\0';
    word[126] = '1';
    struct script script = {0};
    struct failure failure;

    assert_true(cut(&script, word, &failure));
    script_free(&script);
}

static void a_size_leaves_the_rest_of_ram_to_the_balloon(void **state)
{
    const uint64_t mib = 1 << 20;
    uint64_t size = 0;

    (void)state;
    assert_true(script_is_size("size=32M", &size));
    assert_int_equal(size, 32 * mib);
    assert_false(script_is_size("map=32M", &size));
    assert_int_equal(script_balloon(256 * mib, 32 * mib), 57344);
    assert_int_equal(script_balloon(256 * mib, 256 * mib), 0);
    assert_int_equal(script_balloon(16 * mib, 32 * mib), 0);
}

// With the three samples of a run by default, each part is followed by one.
static void the_script_of_run_has_two_parts(void **state)
{
    struct script script = {0};
    struct failure failure;

    (void)state;
    assert_true(cut(&script, script_of_run, &failure));
    assert_int_equal(script.parts, 2);
    assert_string_equal(script.words[0].text, "size=32M");
    script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_and_line_ends_separate_words),
        cmocka_unit_test(a_comment_ends_with_its_line_and_begins_no_part),
        cmocka_unit_test(an_empty_line_between_words_ends_a_part),
        cmocka_unit_test(empty_lines_around_the_script_are_no_parts),
        cmocka_unit_test(a_text_without_words_is_an_empty_script),
        cmocka_unit_test(a_word_that_is_no_order_is_named_with_its_line),
        cmocka_unit_test(a_word_that_no_line_of_the_guest_can_hold_is_refused),
        cmocka_unit_test(a_size_leaves_the_rest_of_ram_to_the_balloon),
        cmocka_unit_test(the_script_of_run_has_two_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
