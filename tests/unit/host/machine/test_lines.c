// SPDX-License-Identifier: MIT
// A stream cut into lines: partial lines, huge lines, binary data.
#include "machine/lines.h"

#include <stdlib.h>

#include "unit/checks.h"

enum {
    SEEN = 100
};

struct seen {
    struct lines *lines;
    size_t count;
    struct line all[SEEN];
};

static void see(void *context, const struct line *line)
{
    struct seen *seen = context;

    assert_int_equal(line->text[line->length], '\0');
    seen->all[seen->count++ % SEEN] = *line;
}

static struct seen *begin(void)
{
    struct seen *seen = calloc(1, sizeof *seen);

    assert_non_null(seen);
    seen->lines = lines_create(see, seen);
    return seen;
}

static void push(struct seen *seen, const char *text)
{
    lines_push(seen->lines, text, strlen(text), 1);
}

static void end(struct seen *seen)
{
    lines_destroy(seen->lines);
    free(seen);
}

static void check_seen(const struct seen *seen, size_t index, const char *text)
{
    assert_true(index < seen->count);
    assert_string_equal(seen->all[index].text, text);
    assert_int_equal(seen->all[index].length, strlen(text));
    assert_false(seen->all[index].cut);
}

static void lines_are_the_same_however_they_come(void **state)
{
    static const char stream[] = "one\n\ntwo\r\nthree words here\n\rx\r\n";

    for (size_t piece = 1; piece < sizeof stream; piece++) {
        struct seen *seen = begin();

        for (size_t at = 0; at < sizeof stream - 1; at += piece) {
            size_t left = sizeof stream - 1 - at;

            lines_push(seen->lines, stream + at, left < piece ? left : piece,
                       7);
        }
        assert_int_equal(seen->count, 5);
        check_seen(seen, 0, "one");
        check_seen(seen, 1, "");
        check_seen(seen, 2, "two");
        check_seen(seen, 3, "three words here");
        check_seen(seen, 4, "\rx");
        assert_int_equal(seen->all[0].when, 7);
        assert_false(lines_unfinished(seen->lines));
        end(seen);
    }
}

static void a_line_without_its_end_is_unfinished(void **state)
{
    struct seen *seen = begin();

    assert_false(lines_unfinished(seen->lines));
    push(seen, "a");
    assert_true(lines_unfinished(seen->lines));
    assert_int_equal(seen->count, 0);
    assert_int_equal(lines_kept(seen->lines), 0);
    assert_string_equal(lines_begun(seen->lines), "a");
    push(seen, "b\ncd");
    assert_true(lines_unfinished(seen->lines));
    assert_string_equal(lines_begun(seen->lines), "cd");
    assert_int_equal(seen->count, 1);
    push(seen, "\n\r");
    assert_true(lines_unfinished(seen->lines)); // a line that begins with "\r"
    push(seen, "\n");
    assert_false(lines_unfinished(seen->lines));
    assert_string_equal(lines_begun(seen->lines), "");
    check_seen(seen, 2, "");
    end(seen);
}

static void the_end_of_the_stream_ends_the_line(void **state)
{
    struct seen *seen = begin();

    push(seen, "last words");
    lines_end(seen->lines, 5);
    check_seen(seen, 0, "last words");
    assert_int_equal(seen->all[0].when, 5);
    lines_end(seen->lines, 6);
    assert_int_equal(seen->count, 1);
    end(seen);
}

static void a_line_of_the_greatest_length_is_whole(void **state)
{
    char text[LINES_LENGTH + 1];
    struct seen *seen = begin();

    memset(text, 'x', LINES_LENGTH);
    text[LINES_LENGTH] = '\0';
    push(seen, text);
    push(seen, "\r\n");
    check_seen(seen, 0, text);
    push(seen, text);
    push(seen, "\n");
    check_seen(seen, 1, text);
    end(seen);
}

static void a_longer_line_is_cut_and_says_so(void **state)
{
    enum {
        HUGE_LINE = 3 << 20
    };
    char *text = malloc(HUGE_LINE);
    struct seen *seen = begin();

    memset(text, 'x', HUGE_LINE);
    lines_push(seen->lines, text, LINES_LENGTH + 1, 1);
    push(seen, "\nnext\n");
    assert_true(seen->all[0].cut);
    assert_int_equal(seen->all[0].length, LINES_LENGTH);
    check_seen(seen, 1, "next");
    lines_push(seen->lines, text, HUGE_LINE, 1);
    assert_true(lines_unfinished(seen->lines));
    push(seen, "\nnext\n");
    assert_true(seen->all[2].cut);
    check_seen(seen, 3, "next");
    free(text);
    end(seen);
}

static void binary_bytes_are_kept_as_they_are(void **state)
{
    static const char bytes[] = "a\0b\x1b\xff\x80\n\0\n";
    struct seen *seen = begin();

    lines_push(seen->lines, bytes, sizeof bytes - 1, 1);
    assert_int_equal(seen->count, 2);
    assert_int_equal(seen->all[0].length, 6);
    assert_memory_equal(seen->all[0].text, bytes, 6);
    assert_int_equal(seen->all[1].length, 1);
    end(seen);
}

static void the_last_lines_are_remembered(void **state)
{
    char text[] = "00\n";
    struct seen *seen = begin();

    for (int i = 0; i < 90; i++) {
        text[0] = (char)('0' + i / 10);
        text[1] = (char)('0' + i % 10);
        push(seen, text);
    }
    assert_int_equal(lines_kept(seen->lines), LINES_KEPT);
    for (size_t i = 0; i < LINES_KEPT; i++) {
        int number = 90 - LINES_KEPT + (int)i;
        const struct line *line = lines_get(seen->lines, i);

        assert_int_equal(line->text[0], '0' + number / 10);
        assert_int_equal(line->text[1], '0' + number % 10);
    }
    end(seen);
}

static void the_tail_is_escaped_and_indented(void **state)
{
    struct seen *seen = begin();
    struct buffer out = {0};

    lines_tail(seen->lines, 3, "  ", &out);
    assert_string_equal(buffer_string(&out), "");
    push(seen, "one\ntwo\nth\x1bree\nfour\n");
    lines_tail(seen->lines, 2, "| ", &out);
    assert_string_equal(buffer_string(&out), "\n| th\\x1bree\n| four");
    buffer_free(&out);
    lines_tail(seen->lines, 99, "", &out);
    assert_string_equal(buffer_string(&out), "\none\ntwo\nth\\x1bree\nfour");
    buffer_free(&out);
    end(seen);
}

static void without_a_handler_lines_are_remembered_all_the_same(void **state)
{
    struct lines *lines = lines_create(NULL, NULL);

    lines_push(lines, "a\nb\n", 4, 1);
    assert_int_equal(lines_kept(lines), 2);
    lines_destroy(lines);
    lines_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_however_they_come),
        cmocka_unit_test(a_line_without_its_end_is_unfinished),
        cmocka_unit_test(the_end_of_the_stream_ends_the_line),
        cmocka_unit_test(a_line_of_the_greatest_length_is_whole),
        cmocka_unit_test(a_longer_line_is_cut_and_says_so),
        cmocka_unit_test(binary_bytes_are_kept_as_they_are),
        cmocka_unit_test(the_last_lines_are_remembered),
        cmocka_unit_test(the_tail_is_escaped_and_indented),
        cmocka_unit_test(without_a_handler_lines_are_remembered_all_the_same),
    };

    return cmocka_run_group_tests_name("host_lines", tests, NULL, NULL);
}
