// SPDX-License-Identifier: MIT
// Orders, the lines in which they arrive, and their text: the
// input may be anything.
#include "platform/line_input.h"
#include "app/orders.h"
#include "unit/checks.h"

static enum error parse(const char *word, struct order *order,
                        const char **what)
{
    // A copy of the exact length, so that a read past its end is noticed.
    const size_t length = strlen(word);
    char *copy = test_malloc(length + 1);

    memcpy(copy, word, length);
    *order = (struct order){0};
    *what = "";
    const enum error error =
        order_parse((struct slice){copy, length}, order, what);

    test_free(copy);
    return error;
}

static void every_word_is_known(void **state)
{
    static const struct {
        const char *word;
        enum order_kind kind;
        uint64_t number;
    } cases[] = {
        {"alloc=4096", ORDER_ALLOC, 4096},
        {"alloc=64K", ORDER_ALLOC, 65536},
        {"alloc=3M", ORDER_ALLOC, 3145728},
        {"alloc=1G", ORDER_ALLOC, 1073741824},
        {"alloc=0x10M", ORDER_ALLOC, 16777216},
        {"alloc=1024G", ORDER_ALLOC, UINT64_C(1) << 40},
        {"alloc=1T", ORDER_ALLOC, UINT64_C(1) << 40},
        {"alloc=1k", ORDER_ALLOC, 1024},
        {"alloc=64MiB", ORDER_ALLOC, 67108864},
        {"alloc=64mib", ORDER_ALLOC, 67108864},
        {"alloc=0.5G", ORDER_ALLOC, 536870912},
        {"alloc=1.5GiB", ORDER_ALLOC, 1610612736},
        {"alloc=512MB", ORDER_ALLOC, 512000000},
        {"alloc=0.1G", ORDER_ALLOC, 107374182}, // .4
        {"alloc=0x1B", ORDER_ALLOC, 27},
        {"free=0.49999999999999999999999K", ORDER_FREE, 511},
        {"fill=0", ORDER_FILL, 0},
        {"fill=18446744073709551615", ORDER_FILL, UINT64_MAX},
        {"verify", ORDER_VERIFY, UINT64_MAX},
        {"free", ORDER_FREE, UINT64_MAX},
        {"free=1", ORDER_FREE, 1},
        {"task=8", ORDER_TASK, 8},
        {"map=4M", ORDER_MAP, 4194304},
        {"unmap", ORDER_UNMAP, UINT64_MAX},
        {"huge=2", ORDER_HUGE, 2},
        {"pace=1", ORDER_PACE, 1},
        {"drop", ORDER_DROP, UINT64_MAX},
        {"disks", ORDER_DISKS, UINT64_MAX},
        {"swapon", ORDER_SWAPON, UINT64_MAX},
        {"swapoff", ORDER_SWAPOFF, UINT64_MAX},
        {"count", ORDER_COUNT, UINT64_MAX},
        {"frames", ORDER_FRAMES, UINT64_MAX},
        {"help", ORDER_HELP, UINT64_MAX},
        {"end", ORDER_END, UINT64_MAX},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct order order;
        const char *what;

        assert_int_equal(parse(cases[i].word, &order, &what), OK);
        assert_int_equal(order.kind, cases[i].kind);
        assert_int_equal(order.number, cases[i].number);
    }
}

static void a_range_has_a_page_and_a_seed(void **state)
{
    static const struct {
        const char *word;
        enum order_kind kind;
        uint64_t number;
        uint64_t page;
        uint64_t seed;
    } cases[] = {
        {"write=8", ORDER_WRITE, 8, 0, 0},
        {"write=8@2", ORDER_WRITE, 8, 2, 0},
        {"write=8:7", ORDER_WRITE, 8, 0, 7},
        {"write=0x10@0x20:0x30", ORDER_WRITE, 16, 32, 48},
        {"write=1@2:18446744073709551615", ORDER_WRITE, 1, 2, UINT64_MAX},
        {"read=8", ORDER_READ, 8, 0, 0},
        {"read=8@9", ORDER_READ, 8, 9, 0},
        {"walk=5:6", ORDER_WALK, 5, 0, 6},
        {"load=0", ORDER_LOAD, 0, 0, 0},
        {"load=3@4", ORDER_LOAD, 3, 4, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct order order;
        const char *what;

        assert_int_equal(parse(cases[i].word, &order, &what), OK);
        assert_int_equal(order.kind, cases[i].kind);
        assert_int_equal(order.number, cases[i].number);
        assert_int_equal(order.page, cases[i].page);
        assert_int_equal(order.seed, cases[i].seed);
    }
}

static void what_is_no_order_says_why(void **state)
{
    static const struct {
        const char *word;
        enum error error;
        const char *what;
    } cases[] = {
        {"", ERR_EMPTY, "unknown word"},
        {"=", ERR_EMPTY, "unknown word"},
        {"alloc2=1", ERR_EMPTY, "unknown word"},
        {"allo=1", ERR_EMPTY, "unknown word"},
        {"ALLOC=1", ERR_EMPTY, "unknown word"},
        {"\xff\xfe", ERR_EMPTY, "unknown word"},
        {"alloc", ERR_INVALID, "missing value"},
        {"fill", ERR_INVALID, "missing value"},
        {"alloc=", ERR_INVALID, "bad value"},
        {"alloc=K", ERR_INVALID, "bad value"},
        {"alloc=1.5", ERR_INVALID, "bad value"},
        {"alloc=1.K", ERR_INVALID, "bad value"},
        {"alloc=.5K", ERR_INVALID, "bad value"},
        {"alloc=1.xK", ERR_INVALID, "bad value"},
        {"alloc=1iB", ERR_INVALID, "bad value"},
        {"alloc=1Q", ERR_INVALID, "bad value"},
        {"alloc=1KK", ERR_INVALID, "bad value"},
        {"alloc=-1", ERR_INVALID, "bad value"},
        {"alloc=0x", ERR_INVALID, "bad value"},
        {"free=", ERR_INVALID, "bad value"},
        {"fill=1K", ERR_INVALID, "bad value"},
        {"alloc=1025G", ERR_RANGE, "number too large"},
        {"alloc=1024.1G", ERR_RANGE, "number too large"},
        {"alloc=1.1TB", ERR_RANGE, "number too large"},
        {"alloc=1099511627777", ERR_RANGE, "number too large"},
        {"fill=18446744073709551616", ERR_RANGE, "number too large"},
        {"alloc=99999999999999999999999999999999", ERR_RANGE,
         "number too large"},
        {"verify=1", ERR_INVALID, "takes no value"},
        {"help=", ERR_INVALID, "takes no value"},
        {"end=now", ERR_INVALID, "takes no value"},
        {"write", ERR_INVALID, "missing value"},
        {"write=", ERR_INVALID, "bad value"},
        {"write=@2", ERR_INVALID, "bad value"},
        {"write=1@", ERR_INVALID, "bad value"},
        {"write=1:", ERR_INVALID, "bad value"},
        {"write=1:2@3", ERR_INVALID, "bad value"},
        {"write=1@2@3", ERR_INVALID, "bad value"},
        {"write=4K", ERR_INVALID, "bad value"},
        {"write=1@18446744073709551616", ERR_RANGE, "number too large"},
        {"read=1:2", ERR_INVALID, "bad value"},
        {"load=1:2", ERR_INVALID, "bad value"},
        {"walk=1", ERR_INVALID, "bad value"},
        {"walk=1@2:3", ERR_INVALID, "bad value"},
        {"pace=0", ERR_INVALID, "bad value"},
        {"drop=1", ERR_INVALID, "takes no value"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct order order;
        const char *what;

        assert_int_equal(parse(cases[i].word, &order, &what), cases[i].error);
        assert_string_equal(what, cases[i].what);
    }
}

static void the_help_names_every_word(void **state)
{
    assert_string_equal(
        order_usage(),
        "alloc=SIZE fill=SEED verify free[=SIZE] task=N map=SIZE unmap "
        "write=N[@P][:S] read=N[@P] walk=N:S load=N[@P] drop huge=N pace=N "
        "disks swapon swapoff count frames help end");
}

// Feeds all of it; returns the number of lines, and keeps the newest one.
static unsigned type(struct line_input *input, const char *text,
                     struct line_input *newest)
{
    unsigned lines = 0;

    for (; *text != '\0'; text++) {
        if (line_input_take(input, (unsigned char)*text)) {
            *newest = *input;
            line_input_next(input);
            lines++;
        }
    }
    return lines;
}

static void typed_lines_end_at_either_end(void **state)
{
    struct line_input input = {.broken = OK};
    struct line_input line;

    assert_int_equal(type(&input, "\r\n\n\rverify\r\n", &line), 1);
    assert_string_equal(line.text, "verify");
    assert_int_equal(line.broken, OK);
    assert_int_equal(type(&input, "a\nb\rc\r\n", &line), 3);
    assert_string_equal(line.text, "c");
    assert_int_equal(type(&input, "x\t y", &line), 0);
    assert_int_equal(type(&input, "\n", &line), 1);
    assert_string_equal(line.text, "x\t y");
}

static void backspace_takes_back_and_no_more(void **state)
{
    struct line_input input = {.broken = OK};
    struct line_input line;

    assert_int_equal(type(&input,
                          "\b\x7f\b"
                          "ab\bc\x7f\x7f\x7f\x7f"
                          "d\n",
                          &line),
                     1);
    assert_string_equal(line.text, "d");
    assert_int_equal(type(&input, "ab\b\b\n", &line), 0);
}

// Endless: no write past the line's end, and the next line is correct.
static void an_endless_line_is_broken_and_over_at_its_end(void **state)
{
    struct line_input input = {.broken = OK};
    struct line_input line;

    for (unsigned i = 0; i < LINE_INPUT_MAX; i++) {
        assert_false(line_input_take(&input, 'x'));
    }
    assert_int_equal(input.broken, OK);
    for (unsigned i = 0; i < 100000; i++) {
        assert_false(line_input_take(&input, 'y'));
    }
    assert_int_equal(input.broken, ERR_RANGE);
    assert_int_equal(input.length, LINE_INPUT_MAX);
    assert_true(line_input_take(&input, '\r'));
    line_input_next(&input);
    assert_int_equal(type(&input, "free\n", &line), 1);
    assert_int_equal(line.broken, OK);
    assert_string_equal(line.text, "free");
}

static void a_byte_that_is_no_text_breaks_its_line_only(void **state)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        const bool text = (byte >= ' ' && byte < 0x7f) || byte == '\t';
        const bool edit = byte == '\b' || byte == 0x7f;
        struct line_input input = {.broken = OK};

        if (byte == '\r' || byte == '\n') {
            continue;
        }
        assert_false(line_input_take(&input, (unsigned char)byte));
        assert_int_equal(input.broken, text || edit ? OK : ERR_INVALID);
        assert_int_equal(line_input_take(&input, '\n'), !edit);
        line_input_next(&input);
        assert_int_equal(input.broken, OK);
        assert_int_equal(input.length, 0);
    }
}

static void words_are_cut_out_of_any_blanks(void **state)
{
    const char *text = " \t a\r\n\nbc=d  ";
    struct slice rest;
    struct slice word;
    char copy[3];

    assert_true(slice_is(slice_word(&text), "a"));
    word = slice_word(&text);
    assert_true(slice_is(word, "bc=d"));
    slice_copy(word, copy, sizeof(copy));
    assert_string_equal(copy, "bc");
    assert_true(slice_cut(&word, '=', &rest));
    assert_true(slice_is(word, "bc"));
    assert_true(slice_is(rest, "d"));
    assert_false(slice_cut(&word, '=', &rest));
    assert_int_equal(rest.length, 0);
    assert_int_equal(slice_word(&text).length, 0);
    assert_int_equal(slice_word(&text).length, 0);
    assert_false(slice_is(word, "bcd"));
}

static void a_number_stops_at_its_limit(void **state)
{
    uint64_t value = 0;

    assert_int_equal(slice_number((struct slice){"255", 3}, 255, &value), OK);
    assert_int_equal(value, 255);
    assert_int_equal(slice_number((struct slice){"256", 3}, 255, &value),
                     ERR_RANGE);
    assert_int_equal(slice_number((struct slice){"9", 1}, 5, &value),
                     ERR_RANGE);
    assert_int_equal(slice_number((struct slice){"0xfF", 4}, 255, &value), OK);
    assert_int_equal(value, 255);
    assert_int_equal(slice_number((struct slice){"0x", 2}, 255, &value),
                     ERR_INVALID);
    assert_int_equal(slice_number((struct slice){"1a", 2}, 255, &value),
                     ERR_INVALID);
    assert_int_equal(slice_number((struct slice){"", 0}, 255, &value),
                     ERR_INVALID);
    assert_int_equal(slice_size((struct slice){"", 0}, 255, &value),
                     ERR_INVALID);
    assert_int_equal(slice_size((struct slice){"4K", 2}, 4095, &value),
                     ERR_RANGE);
    assert_int_equal(slice_size((struct slice){"4K", 2}, 4096, &value), OK);
    assert_int_equal(value, 4096);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_known),
        cmocka_unit_test(a_range_has_a_page_and_a_seed),
        cmocka_unit_test(what_is_no_order_says_why),
        cmocka_unit_test(the_help_names_every_word),
        cmocka_unit_test(typed_lines_end_at_either_end),
        cmocka_unit_test(backspace_takes_back_and_no_more),
        cmocka_unit_test(an_endless_line_is_broken_and_over_at_its_end),
        cmocka_unit_test(a_byte_that_is_no_text_breaks_its_line_only),
        cmocka_unit_test(words_are_cut_out_of_any_blanks),
        cmocka_unit_test(a_number_stops_at_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
