// SPDX-License-Identifier: MIT
// Load options become the command line, or a named problem, for any boot
// loader's options. UEFI 2.10, 9.1.1 and 2.3.1 (CHAR16).
#include "boot/uefi_options.h"

#include <stdlib.h>

#include "unit/checks.h"

#define MOST (BOOT_CMDLINE_MAX - 1) // limit of kept characters

// The line that was read, and the problem.
struct parsed {
    enum boot_problem problem;
    char cmdline[BOOT_CMDLINE_MAX];
};

static struct parsed parse_bytes(const void *bytes, size_t count, bool named)
{
    struct parsed parsed;
    // Exactly this number of bytes, at an odd address: alignment is not
    // guaranteed.
    char *copy = malloc(count + 1);

    assert_non_null(copy);
    memcpy(copy + 1, bytes, count);
    memset(parsed.cmdline, 'Z', sizeof parsed.cmdline);
    parsed.problem = uefi_options_read(copy + 1, count, named, parsed.cmdline);
    free(copy);
    assert_non_null(memchr(parsed.cmdline, 0, sizeof parsed.cmdline));
    return parsed;
}

static struct parsed parse_text(const char *text, size_t nuls, bool named)
{
    const size_t length = strlen(text);
    char *wide = calloc(length + nuls + 1, 2);

    assert_non_null(wide);
    for (size_t i = 0; i < length; i++) {
        wide[2 * i] = text[i];
    }
    const struct parsed parsed = parse_bytes(wide, 2 * (length + nuls), named);

    free(wide);
    return parsed;
}

static void check_text(const char *text, bool named, const char *cmdline)
{
    // With a NUL, without one, with more than one.
    for (size_t nuls = 0; nuls < 3; nuls++) {
        const struct parsed parsed = parse_text(text, nuls, named);

        assert_int_equal(parsed.problem, BOOT_OK);
        assert_string_equal(parsed.cmdline, cmdline);
    }
}

static void no_options_are_an_empty_command_line(void **state)
{
    char cmdline[BOOT_CMDLINE_MAX] = "left over";

    assert_int_equal(uefi_options_read(NULL, 0, false, cmdline), BOOT_OK);
    assert_string_equal(cmdline, "");
    assert_int_equal(uefi_options_read(NULL, 77, true, cmdline), BOOT_OK);
    assert_string_equal(cmdline, "");
    check_text("", false, "");
    check_text("", true, "");
}

static void words_arrive_as_they_are(void **state)
{
    check_text("samples=3", false, "samples=3");
    check_text(" samples=3\ttouch=0 ", false, "samples=3\ttouch=0 ");
    check_text("~!@ \x7f", false, "~!@ \x7f");
}

static void what_follows_the_nul_is_not_looked_at(void **state)
{
    static const char options[] = {'a', 0, 0, 0, 1, 2, 3, 4};
    const struct parsed parsed = parse_bytes(options, sizeof options, false);

    assert_int_equal(parsed.problem, BOOT_OK);
    assert_string_equal(parsed.cmdline, "a");
}

static void an_application_s_name_is_left_out(void **state)
{
    check_text("aerostat.efi samples=3", false, " samples=3");
    check_text("FS0:\\EFI\\BOOT\\BOOTX64.EFI samples=3", false, " samples=3");
    check_text("\\a.eFi", false, "");
    check_text("  x.efi\tsamples=3", false, "\tsamples=3");
    check_text(".efi a", false, " a");
}

static void a_name_in_quotes_is_one_word(void **state)
{
    check_text("\"my disk\\aerostat.efi\" samples=3", false, " samples=3");
    check_text("fs0:\\\"my disk\"\\aerostat.efi samples=3", false,
               " samples=3");
    check_text("\"never ended.efi", false, "");
    check_text("\"my disk.efi\\x\" a", false, "\"my disk.efi\\x\" a");
}

static void only_the_first_word_can_be_a_name(void **state)
{
    check_text("samples=3 aerostat.efi", false, "samples=3 aerostat.efi");
    check_text("a.efi b.efi", false, " b.efi");
}

static void a_word_that_only_resembles_a_name_stays(void **state)
{
    static const char *const words[] = {"efi",   "aefi",    "a.efix", "a.ef",
                                        "a.ef1", "\"efi\"", "\"",     "fi"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_text(words[i], false, words[i]);
    }
}

static void from_a_shell_the_first_word_is_always_the_name(void **state)
{
    check_text("aerostat samples=3", true, " samples=3");
    check_text("samples=1 samples=3", true, " samples=3");
    check_text("\"my guest\" samples=3", true, " samples=3");
    check_text("aerostat", true, "");
}

static void half_a_character_is_not_ucs2(void **state)
{
    static const char options[] = "s\0a\0m\0p\0";

    for (size_t bytes = 0; bytes < sizeof options; bytes++) {
        const struct parsed parsed = parse_bytes(options, bytes, false);

        assert_int_equal(parsed.problem,
                         bytes % 2 ? BOOT_CMDLINE_NOT_UCS2 : BOOT_OK);
    }
}

static void plain_text_instead_of_ucs2_is_refused(void **state)
{
    assert_int_equal(parse_bytes("samples=3", 10, false).problem,
                     BOOT_CMDLINE_NOT_ASCII);
}

static void a_character_beyond_ascii_is_refused(void **state)
{
    static const uint16_t beyond[] = {0x80,   0xff,   0x100,  0x173,
                                      0x2020, 0xd83d, 0xfeff, 0xffff};

    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        for (size_t at = 0; at < 3; at++) {
            char options[] = "a\0b\0c\0";

            options[2 * at] = (char)(beyond[i] & 0xff);
            options[2 * at + 1] = (char)(beyond[i] >> 8);
            assert_int_equal(parse_bytes(options, 6, false).problem,
                             BOOT_CMDLINE_NOT_ASCII);
        }
    }
}

// The name is a path of the user's, so any character is allowed.
static void a_name_need_not_be_ascii(void **state)
{
    static const char options[] = "\xe4\0.\0e\0f\0i\0 \0x\0";
    const struct parsed parsed =
        parse_bytes(options, sizeof options - 1, false);

    assert_int_equal(parsed.problem, BOOT_OK);
    assert_string_equal(parsed.cmdline, " x");
}

static void a_letter_of_another_script_makes_no_name(void **state)
{
    // U+0165: its low byte is that of the letter e.
    static const char options[] = "a\0.\0\x65\x01"
                                  "f\0i\0";

    assert_int_equal(parse_bytes(options, sizeof options - 1, false).problem,
                     BOOT_CMDLINE_NOT_ASCII);
}

static char *line_of(size_t length)
{
    char *text = malloc(length + 1);

    assert_non_null(text);
    memset(text, 'x', length);
    text[length] = '\0';
    return text;
}

static void as_much_as_is_kept_arrives_whole(void **state)
{
    char *text = line_of(MOST);

    check_text(text, false, text);
    free(text);
}

static void one_character_more_is_too_long(void **state)
{
    static const size_t lengths[] = {MOST + 1, MOST + 2, 3 * MOST};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *text = line_of(lengths[i]);

        assert_int_equal(parse_text(text, 1, false).problem, BOOT_CMDLINE_LONG);
        free(text);
    }
}

static void a_long_name_takes_no_room(void **state)
{
    char *text = line_of(2 * MOST);
    const size_t end = strlen(text);

    memcpy(text + end - 9, ".efi abcd", 9);
    check_text(text, false, " abcd");
    free(text);
}

static void random_bytes_do_no_harm(void **state)
{
    uint64_t seed = 0x5eed;
    char options[64];

    for (int round = 0; round < 5000; round++) {
        const size_t bytes = next_random(&seed) % sizeof options;

        for (size_t i = 0; i < bytes; i++) {
            options[i] = (char)(next_random(&seed) % 3
                                    ? 0
                                    : "a. \".efi"[next_random(&seed) % 8]);
        }
        const struct parsed parsed =
            parse_bytes(options, bytes, next_random(&seed) % 2);

        assert_true(strlen(parsed.cmdline) <= bytes / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_options_are_an_empty_command_line),
        cmocka_unit_test(words_arrive_as_they_are),
        cmocka_unit_test(what_follows_the_nul_is_not_looked_at),
        cmocka_unit_test(an_application_s_name_is_left_out),
        cmocka_unit_test(a_name_in_quotes_is_one_word),
        cmocka_unit_test(only_the_first_word_can_be_a_name),
        cmocka_unit_test(a_word_that_only_resembles_a_name_stays),
        cmocka_unit_test(from_a_shell_the_first_word_is_always_the_name),
        cmocka_unit_test(half_a_character_is_not_ucs2),
        cmocka_unit_test(plain_text_instead_of_ucs2_is_refused),
        cmocka_unit_test(a_character_beyond_ascii_is_refused),
        cmocka_unit_test(a_name_need_not_be_ascii),
        cmocka_unit_test(a_letter_of_another_script_makes_no_name),
        cmocka_unit_test(as_much_as_is_kept_arrives_whole),
        cmocka_unit_test(one_character_more_is_too_long),
        cmocka_unit_test(a_long_name_takes_no_room),
        cmocka_unit_test(random_bytes_do_no_harm),
    };

    return cmocka_run_group_tests_name("boot_uefi_options", tests, NULL, NULL);
}
