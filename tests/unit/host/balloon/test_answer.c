// SPDX-License-Identifier: MIT
// The guest's answers to orders: done, refused, and lines that are no answer.
#include "balloon/answer.h"

#include <stdio.h>

#include "unit/checks.h"

static struct answer parse(const char *line)
{
    struct answer answer;

    if (!answer_parse(line, &answer)) {
        fail_msg("no answer: %s", line);
    }
    assert_string_equal(answer.line, line);
    return answer;
}

static uint64_t number(const struct answer *answer, const char *key)
{
    uint64_t value = 0;

    if (!answer_number(answer, key, &value)) {
        fail_msg("no number of %s: %s", key, answer->line);
    }
    return value;
}

static void a_done_order_has_a_name_and_numbers(void **state)
{
    const struct answer answer =
        parse("order write task=3 pages=40 done=40 sum=18446744073709551615");

    assert_string_equal(answer.order, "write");
    assert_false(answer.refused);
    assert_int_equal(number(&answer, "task"), 3);
    assert_int_equal(number(&answer, "pages"), 40);
    assert_int_equal(number(&answer, "done"), 40);
    assert_int_equal(number(&answer, "sum"), UINT64_MAX);
}

static void a_key_is_a_whole_word_and_its_value_a_whole_number(void **state)
{
    const struct answer answer =
        parse("order read undone=5 done=7x sum=18446744073709551616 killed=oom "
              "last=");
    uint64_t value = 99;

    assert_false(answer_number(&answer, "done", &value));
    assert_false(answer_number(&answer, "sum", &value));
    assert_false(answer_number(&answer, "killed", &value));
    assert_false(answer_number(&answer, "last", &value));
    assert_false(answer_number(&answer, "pages", &value));
    assert_int_equal(value, 99);
    assert_true(answer_says(&answer, "killed", "oom"));
    assert_false(answer_says(&answer, "killed", "oo"));
    assert_false(answer_says(&answer, "killed", "oom2"));
    assert_false(answer_says(&answer, "stopped", "escape"));
}

static void an_answer_may_be_a_name_alone(void **state)
{
    assert_string_equal(parse("order end").order, "end");
}

static void a_refusal_has_an_order_and_a_reason(void **state)
{
    const struct answer answer =
        parse("error what=\"order write: beyond the mapping\" task=1 page=9");

    assert_string_equal(answer.order, "write");
    assert_true(answer.refused);
    assert_string_equal(answer.reason, "beyond the mapping");
    assert_int_equal(number(&answer, "page"), 9);
}

static void a_refusal_may_lack_the_reason_or_the_order(void **state)
{
    struct answer answer = parse("error what=\"order alloc\" error=no_memory");

    assert_string_equal(answer.order, "alloc");
    assert_string_equal(answer.reason, "");
    assert_true(answer.refused);
    answer = parse("error what=\"order: unknown word\" word=\"lloc\"");
    assert_string_equal(answer.order, "");
    assert_string_equal(answer.reason, "unknown word");
    assert_true(answer.refused);
}

static void other_lines_are_no_answers(void **state)
{
    static const char *const lines[] = {
        "",
        "order",
        "order ",
        "orders write",
        " order write",
        "write=40:7",
        "stats seq=1 swap-in=0",
        "error what=\"hotplug\" error=range",
        "error what=\"order write: no end",
        "order a-name-that-no-order-of-this-guest-has done=1",
    };
    char longest[ANSWER_LINE + 32];
    struct answer answer;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (answer_parse(lines[i], &answer)) {
            fail_msg("an answer: %s", lines[i]);
        }
    }
    snprintf(longest, sizeof longest, "order write %*s", ANSWER_LINE, "x=1");
    assert_false(answer_parse(longest, &answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_done_order_has_a_name_and_numbers),
        cmocka_unit_test(a_key_is_a_whole_word_and_its_value_a_whole_number),
        cmocka_unit_test(an_answer_may_be_a_name_alone),
        cmocka_unit_test(a_refusal_has_an_order_and_a_reason),
        cmocka_unit_test(a_refusal_may_lack_the_reason_or_the_order),
        cmocka_unit_test(other_lines_are_no_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
