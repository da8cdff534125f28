// SPDX-License-Identifier: MIT
// Text helpers: sizes, numbers, untrusted text, spelling, quoting.
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/checks.h"

#define KIB 1024ull

static void check_size(uint64_t bytes, const char *expected)
{
    char text[32];

    text_size(text, sizeof text, bytes);
    assert_string_equal(text, expected);
}

static void sizes_have_one_decimal_and_the_right_unit(void **state)
{
    check_size(0, "0 B");
    check_size(1, "1 B");
    check_size(1023, "1023 B");
    check_size(KIB, "1.0 KiB");
    check_size(1536, "1.5 KiB");
    check_size(4096, "4.0 KiB");
    check_size(256 * KIB * KIB, "256.0 MiB");
    check_size(263094272, "250.9 MiB");
    check_size(KIB * KIB * KIB, "1.0 GiB");
    check_size(1ull << 40, "1.0 TiB");
    check_size(1ull << 50, "1.0 PiB");
    check_size(1ull << 60, "1.0 EiB");
    check_size(1ull << 63, "8.0 EiB");
    check_size(UINT64_MAX, "16.0 EiB");
}

static void a_size_rounds_into_the_next_unit(void **state)
{
    // Never "1024.0" of a unit.
    check_size(KIB * KIB - 1, "1.0 MiB");
    check_size(KIB * KIB - 51, "1.0 MiB");    // 1023.950 KiB
    check_size(KIB * KIB - 52, "1023.9 KiB"); // 1023.949 KiB
    check_size((1ull << 60) - 1, "1.0 EiB");
    check_size(1075, "1.0 KiB"); // 1.0498
    check_size(1076, "1.1 KiB"); // 1.0508
}

static void a_size_is_cut_to_its_buffer(void **state)
{
    char text[5] = "....";

    text_size(text, sizeof text, UINT64_MAX);
    assert_string_equal(text, "16.0");
}

static void a_number_is_decimal_digits_alone(void **state)
{
    static const struct {
        const char *text;
        enum number_result result;
        uint64_t value;
    } rows[] = {
        {"0", NUMBER_OK, 0},
        {"00", NUMBER_OK, 0},
        {"42", NUMBER_OK, 42},
        {"0042", NUMBER_OK, 42},
        {"18446744073709551615", NUMBER_OK, UINT64_MAX},
        {"018446744073709551615", NUMBER_OK, UINT64_MAX},
        {"18446744073709551616", NUMBER_OVERFLOW, 7},
        {"18446744073709551625", NUMBER_OVERFLOW, 7},
        {"36893488147419103232", NUMBER_OVERFLOW, 7}, // 2^65: 0 in 64 bits
        {"99999999999999999999999", NUMBER_OVERFLOW, 7},
        {"", NUMBER_EMPTY, 7},
        {"-1", NUMBER_GARBAGE, 7},
        {"+1", NUMBER_GARBAGE, 7},
        {" 1", NUMBER_GARBAGE, 7},
        {"1 ", NUMBER_GARBAGE, 7},
        {"0x10", NUMBER_GARBAGE, 7},
        {"1.5", NUMBER_GARBAGE, 7},
        {"1e3", NUMBER_GARBAGE, 7},
        {"99999999999999999999999x", NUMBER_GARBAGE, 7},
        {"\xd9\xa1", NUMBER_GARBAGE, 7}, // ARABIC-INDIC DIGIT ONE
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 7;

        if (text_to_uint64(rows[i].text, &value) != rows[i].result) {
            fail_msg("\"%s\"", rows[i].text);
        }
        assert_int_equal(value, rows[i].value);
    }
}

static void a_leading_number_ends_at_the_first_other_character(void **state)
{
    static const struct {
        const char *text;
        enum number_result result;
        uint64_t value;
    } rows[] = {
        {"42", NUMBER_OK, 42},
        {"42 kB", NUMBER_OK, 42},
        {"0042x", NUMBER_OK, 42},
        {"18446744073709551615 ", NUMBER_OK, UINT64_MAX},
        {"18446744073709551616 ", NUMBER_OVERFLOW, 7},
        {"", NUMBER_EMPTY, 7},
        {" 1", NUMBER_EMPTY, 7},
        {"-1", NUMBER_EMPTY, 7},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 7;

        assert_int_equal(text_leading_uint64(rows[i].text, &value),
                         rows[i].result);
        assert_int_equal(value, rows[i].value);
    }
}

// --- Foreign text -----------------------------------------------------------

static void check_escaped(const char *in, size_t length, const char *expected)
{
    char out[256];

    assert_int_equal(text_escape(out, sizeof out, in, length),
                     strlen(expected));
    assert_string_equal(out, expected);
}

static void plain_text_and_utf8_pass(void **state)
{
    static const char *const texts[] = {"",
                                        "plain ASCII ~",
                                        "back\\slash \"quotes\"",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x8e\x88",
                                        "\xf4\x8f\xbf\xbf",
                                        "\xc2\xa0"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_escaped(texts[i], strlen(texts[i]), texts[i]);
    }
}

static void control_characters_do_not_pass(void **state)
{
    char out[256];

    check_escaped("\x1b[31m\r\n\t\x07\x7f", 9, "\\x1b[31m\\x0d\\x0a\\x09\\x07");
    check_escaped("\x7f", 1, "\\x7f");
    check_escaped("a\0b", 3, "a\\x00b");
    check_escaped("\xc2\x80\xc2\x9b\xc2\x9f", 6,
                  "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f"); // C1
    for (int c = 0; c < 0x20; c++) {
        assert_int_equal(text_escape(out, sizeof out, &(char){(char)c}, 1), 4);
    }
}

// Every code point, against the list of Unicode 15 (Cc, Bidi_Control), written
// out.
static void controls_of_direction_do_not_pass(void **state)
{
    static const uint32_t marks[] = {0x61c,  0x200e, 0x200f, 0x202a,
                                     0x202b, 0x202c, 0x202d, 0x202e,
                                     0x2066, 0x2067, 0x2068, 0x2069};
    size_t found = 0;

    for (uint32_t point = 0x800; point < 0x10000; point++) {
        char in[] = {(char)(0xe0 | point >> 12),
                     (char)(0x80 | (point >> 6 & 0x3f)),
                     (char)(0x80 | (point & 0x3f))};
        bool mark = found + 1 < sizeof marks / sizeof *marks &&
                    marks[found + 1] == point;
        bool surrogate = point >= 0xd800 && point < 0xe000;

        found += mark;
        assert_int_equal(text_harmless(in, 3), mark || surrogate ? 0 : 3);
    }
    assert_int_equal(found + 1, sizeof marks / sizeof *marks);
    assert_int_equal(text_harmless("\xd8\x9b", 2), 2);
    assert_int_equal(text_harmless("\xd8\x9c", 2), 0); // U+061C
    assert_int_equal(text_harmless("\xd8\x9d", 2), 2);
    assert_int_equal(text_harmless("", 0), 0);
    check_escaped("a\xe2\x80\xae"
                  "b",
                  5, "a\\xe2\\x80\\xaeb");
}

static void lines_are_escaped_and_stay_lines(void **state)
{
    struct buffer out = {0};

    text_escape_lines(&out, "a\n\x1b[2J\xc2\x9b\x7f \xe2\x80\xae\xff\r\n\n");
    assert_string_equal(buffer_string(&out), "a\n\\x1b[2J\\xc2\\x9b\\x7f "
                                             "\\xe2\\x80\\xae\\xff\\x0d\n\n");
    buffer_free(&out);
    text_escape_lines(&out, "");
    assert_string_equal(buffer_string(&out), "");
    buffer_free(&out);
}

static void json_is_escaped_and_means_the_same(void **state)
{
    struct buffer out = {0};

    text_escape_json(&out, "{\n \"\x7f\xc2\x9b\": \"\xc3\xa9\xe2\x80\xae"
                           "\xd8\x9c\xf0\x9f\x8e\x88\\u001b\xff\xc2\"}");
    assert_string_equal(buffer_string(&out),
                        "{\n \"\\u007f\\u009b\": \"\xc3\xa9\\u202e"
                        "\\u061c\xf0\x9f\x8e\x88\\u001b\\ufffd\\ufffd\"}");
    buffer_free(&out);
}

static void broken_utf8_is_escaped_byte_by_byte(void **state)
{
    check_escaped("\x80", 1, "\\x80");
    check_escaped("\xc3", 1, "\\xc3");
    check_escaped("\xc3(", 2, "\\xc3(");
    check_escaped("\xe2\x82", 2, "\\xe2\\x82");
    check_escaped("\xe2\x82x", 3, "\\xe2\\x82x");
    check_escaped("\xc0\xaf", 2, "\\xc0\\xaf");                   // overlong
    check_escaped("\xc1\xbf", 2, "\\xc1\\xbf");                   // overlong
    check_escaped("\xe0\x9f\xbf", 3, "\\xe0\\x9f\\xbf");          // overlong
    check_escaped("\xf0\x8f\xbf\xbf", 4, "\\xf0\\x8f\\xbf\\xbf"); // overlong
    check_escaped("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");          // surrogate
    check_escaped("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"); // > 10FFFF
    check_escaped("\xf5\x80\x80\x80", 4, "\\xf5\\x80\\x80\\x80");
    check_escaped("\xff\xfe", 2, "\\xff\\xfe");
}

static void no_escape_and_no_character_is_cut_in_half(void **state)
{
    static const char in[] = "a\x1b\xe2\x82\xac\xc3\xa9";
    static const char *const whole[] = {"", "a", "a\\x1b", "a\\x1b\xe2\x82\xac",
                                        "a\\x1b\xe2\x82\xac\xc3\xa9"};

    for (size_t size = 1; size < 16; size++) {
        char *out = malloc(size); // the sanitizer watches its end
        size_t written = text_escape(out, size, in, sizeof in - 1);
        bool found = false;

        assert_int_equal(written, strlen(out));
        for (size_t i = 0; i < 5; i++) {
            found = found || strcmp(out, whole[i]) == 0;
        }
        assert_true(found);
        free(out);
    }
}

static void random_bytes_come_out_harmless(void **state)
{
    char in[64];
    char out[257];
    uint64_t seed = 7;

    for (int round = 0; round < 5000; round++) {
        for (size_t i = 0; i < sizeof in; i++) {
            in[i] = (char)(next_random(&seed) >> 33);
        }
        text_escape(out, sizeof out, in, sizeof in);
        for (const char *at = out; *at; at++) {
            assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
        }
    }
}

// --- Spelling ---------------------------------------------------------------

static void the_distance_counts_single_slips(void **state)
{
    char longest[64];
    char longer[65];

    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("run", "run"), 0);
    assert_int_equal(text_distance("", "run"), 3);
    assert_int_equal(text_distance("run", ""), 3);
    assert_int_equal(text_distance("run", "ran"), 1);
    assert_int_equal(text_distance("run", "ru"), 1);
    assert_int_equal(text_distance("run", "runs"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("stats", "tsats"), 1);
    memset(longest, 'a', 63);
    longest[63] = '\0';
    memset(longer, 'a', 64);
    longer[64] = '\0';
    assert_int_equal(text_distance(longest, ""), 63);
    assert_int_equal(text_distance(longest, longest), 0);
    assert_int_equal(text_distance(longest, longer), SIZE_MAX);
    assert_int_equal(text_distance(longer, ""), SIZE_MAX);
}

static void the_distance_is_the_same_both_ways(void **state)
{
    uint64_t seed = 99;

    for (int round = 0; round < 500; round++) {
        char words[2][10] = {{0}};

        for (size_t i = 0; i < 16; i++) {
            uint64_t random = next_random(&seed) >> 40;

            words[i % 2][i / 2] = random % 5 ? (char)('a' + random % 3) : '\0';
        }
        assert_int_equal(text_distance(words[0], words[1]),
                         text_distance(words[1], words[0]));
    }
}

static const char *const commands[] = {"run", "stats", "poll", "help"};

static void check_nearest(const char *word, const char *expected)
{
    const char *found = text_nearest(word, commands, 4);

    if (!expected) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, expected);
    }
}

static void a_slip_of_the_keyboard_finds_its_word(void **state)
{
    check_nearest("stat", "stats");
    check_nearest("sats", "stats");
    check_nearest("statts", "stats");
    check_nearest("tsats", "stats");
    check_nearest("rn", "run");
    check_nearest("pol", "poll");
    check_nearest("hlep", "help");
    check_nearest("s", "stats"); // a prefix of exactly one word
    check_nearest("he", "help");
}

static void another_word_finds_nothing(void **state)
{
    char longer[100];

    check_nearest("", NULL);
    check_nearest("x", NULL);
    check_nearest("xyzzy", NULL);
    check_nearest("inflate", NULL);
    check_nearest("go", NULL);
    memset(longer, 's', 99);
    longer[99] = '\0';
    check_nearest(longer, NULL);
    assert_null(text_nearest("run", commands, 0));
}

static void a_beginning_of_two_words_is_none_of_them(void **state)
{
    static const char *const both[] = {"transport", "transcript"};

    assert_null(text_nearest("tran", both, 2));
    assert_string_equal(text_nearest("transp", both, 2), "transport");
}

// --- Quoting ----------------------------------------------------------------

static void plain_words_are_not_quoted(void **state)
{
    static const char *const words[] = {"qemu-system-x86_64",
                                        "-M",
                                        "/usr/bin/qemu",
                                        "a=b,c=d",
                                        "256M",
                                        "virtio-mmio.force-legacy=false",
                                        "fd=3",
                                        "user@host:1",
                                        "50%",
                                        "+x"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct buffer out = {0};

        text_shell_quote(&out, words[i]);
        assert_string_equal(buffer_string(&out), words[i]);
        buffer_free(&out);
    }
}

// The shell's output of `printf '%s' WORD`.
static void check_shell_reads(const char *word)
{
    struct buffer line = {0};
    char back[512] = "";
    size_t length;
    FILE *shell;

    buffer_text(&line, "printf %s. ");
    text_shell_quote(&line, word);
    shell = popen(buffer_string(&line), "r");
    assert_non_null(shell);
    length = fread(back, 1, sizeof back - 1, shell);
    assert_int_equal(pclose(shell), 0);
    assert_int_equal(length, strlen(word) + 1);
    assert_memory_equal(back, word, length - 1);
    assert_int_equal(back[length - 1], '.');
    buffer_free(&line);
}

static void a_shell_reads_a_quoted_word_back(void **state)
{
    static const char *const words[] = {
        "",      " ",     "a b",      "it's",  "''",
        "'",     "$HOME", "`id`",     "$(id)", "a\\b",
        "\"x\"", "*",     "~",        "a\nb",  "\t",
        "#",     "!x",    "a;b|c&d",  "{a,b}", "[a]",
        "<>",    "=x'y'", "\xc3\xa9", "-n",    "samples=3 touch=1"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_shell_reads(words[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_have_one_decimal_and_the_right_unit),
        cmocka_unit_test(a_size_rounds_into_the_next_unit),
        cmocka_unit_test(a_size_is_cut_to_its_buffer),
        cmocka_unit_test(a_number_is_decimal_digits_alone),
        cmocka_unit_test(a_leading_number_ends_at_the_first_other_character),
        cmocka_unit_test(plain_text_and_utf8_pass),
        cmocka_unit_test(control_characters_do_not_pass),
        cmocka_unit_test(controls_of_direction_do_not_pass),
        cmocka_unit_test(lines_are_escaped_and_stay_lines),
        cmocka_unit_test(json_is_escaped_and_means_the_same),
        cmocka_unit_test(broken_utf8_is_escaped_byte_by_byte),
        cmocka_unit_test(no_escape_and_no_character_is_cut_in_half),
        cmocka_unit_test(random_bytes_come_out_harmless),
        cmocka_unit_test(the_distance_counts_single_slips),
        cmocka_unit_test(the_distance_is_the_same_both_ways),
        cmocka_unit_test(a_slip_of_the_keyboard_finds_its_word),
        cmocka_unit_test(another_word_finds_nothing),
        cmocka_unit_test(a_beginning_of_two_words_is_none_of_them),
        cmocka_unit_test(plain_words_are_not_quoted),
        cmocka_unit_test(a_shell_reads_a_quoted_word_back),
    };

    return cmocka_run_group_tests_name("host_text", tests, NULL, NULL);
}
