// SPDX-License-Identifier: MIT
// The guest's command line: every word, and every way to write it wrongly.
#include "app/cmdline.h"

#include <stdio.h>
#include <stdlib.h>

#include "fakes/fake_report.h"
#include "unit/checks.h"

static struct cmdline parsed(const char *text)
{
    struct cmdline cmdline;
    struct cmdline_problem problem;

    if (cmdline_parse(text, &cmdline, &problem) != OK) {
        fail_msg("\"%s\": %s: %s", text, problem.what, problem.word);
    }
    return cmdline;
}

static void check_refused(const char *text, enum error error, const char *what,
                          const char *word)
{
    struct cmdline cmdline;
    struct cmdline_problem problem = {.what = NULL};

    if (cmdline_parse(text, &cmdline, &problem) != error) {
        fail_msg("\"%s\" is not %s", text, error_name(error));
    }
    assert_string_equal(problem.what, what);
    assert_string_equal(problem.word, word);
}

static void an_empty_line_gives_the_defaults(void **state)
{
    static const char *const lines[] = {"", " ", " \t\r\n  "};

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct cmdline cmdline = parsed(lines[i]);

        assert_int_equal(cmdline.samples, 0);
        assert_int_equal(cmdline.touch, 1);
        assert_int_equal(cmdline.lines, UINT64_MAX);
        assert_int_equal(cmdline.stats, 0xffff);
        assert_int_equal(cmdline.fault, FAULT_NONE);
        assert_null(cmdline.misbehave.kind);
        assert_int_equal(cmdline.slot_count, 0);
    }
}

static void numbers_are_decimal_or_hexadecimal(void **state)
{
    assert_int_equal(parsed("samples=3").samples, 3);
    assert_int_equal(parsed("samples=0003").samples, 3);
    assert_int_equal(parsed("samples=0xfF").samples, 255);
    assert_int_equal(parsed("samples=0").samples, 0);
    assert_int_equal(parsed("touch=0").touch, 0);
    assert_int_equal(parsed("touch=17").touch, 17);
    assert_int_equal(parsed("lines=0").lines, 0);
}

static void the_largest_numbers_are_exact(void **state)
{
    assert_int_equal(parsed("samples=18446744073709551615").samples,
                     UINT64_MAX);
    assert_int_equal(parsed("samples=0xffffffffffffffff").samples, UINT64_MAX);
    assert_int_equal(parsed("touch=4294967295").touch, UINT32_MAX);
    assert_int_equal(parsed("lines=18446744073709551615").lines, UINT64_MAX);
}

static void a_number_too_large_is_out_of_range(void **state)
{
    static const char *const words[] = {
        "samples=18446744073709551616",
        "samples=0x10000000000000000",
        "samples=99999999999999999999",
        "samples=184467440737095516150",
        "touch=4294967296",
        "lines=18446744073709551616",
        "touch=0x100000000",
        "virtio_mmio.device=0x100000000@1:2",
        "virtio_mmio.device=1@0x10000000000000000:2",
        "virtio_mmio.device=1@2:0x100000000",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_refused(words[i], ERR_RANGE, "number too large", words[i]);
    }
}

static void a_value_that_is_no_number_is_refused(void **state)
{
    static const char *const words[] = {
        "samples=",   "samples=x",    "samples=-1",  "samples=+1",
        "samples=1x", "samples=0x",   "samples=0xg", "samples=0X1",
        "samples=1=", "samples==1",   "samples=1.0", "samples=1,2",
        "samples=a",  "samples=\xff", "touch=1k",    "touch=ten",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_refused(words[i], ERR_INVALID, "bad value", words[i]);
    }
}

static void every_fault_has_its_word(void **state)
{
    assert_int_equal(parsed("fault=ud").fault, FAULT_UD);
    assert_int_equal(parsed("fault=null-read").fault, FAULT_NULL_READ);
    assert_int_equal(parsed("fault=text-write").fault, FAULT_TEXT_WRITE);
    assert_int_equal(parsed("fault=data-exec").fault, FAULT_DATA_EXEC);
    assert_int_equal(parsed("fault=stack").fault, FAULT_STACK);
    assert_int_equal(parsed("fault=divide").fault, FAULT_DIVIDE);
    assert_int_equal(parsed("fault=panic").fault, FAULT_PANIC);
}

static void an_unknown_fault_is_refused(void **state)
{
    static const char *const words[] = {"fault=",   "fault=u",    "fault=udx",
                                        "fault=UD", "fault=none", "fault=0"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_refused(words[i], ERR_INVALID, "bad value", words[i]);
    }
}

// The log line has the words of the command line.
static const char *announced(const struct cmdline *cmdline)
{
    fake_report_clear();
    misbehave_log(&cmdline->misbehave);
    return fake_log();
}

static void every_behaviour_has_its_word(void **state)
{
    static const char *const words[] = {
        "no-prime",    "prime-short", "unknown-tags", "zero-length", "entry16",
        "duplicate",   "reversed",    "split",        "indirect",    "subset",
        "alternate",   "falling",     "two-buffers",  "bad-actual",  "no-kick",
        "no-stats-vq", "no-driver",   "major-twice",  "pages",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char word[32];
        char line[64];

        (void)snprintf(word, sizeof word, "behave=%s", words[i]);
        (void)snprintf(line, sizeof line, "balloon behave=%s\n", words[i]);
        const struct cmdline cmdline = parsed(word);

        assert_string_equal(announced(&cmdline), line);
        assert_int_equal(cmdline.misbehave.number, 0);
        assert_int_equal(misbehave_without_driver(&cmdline.misbehave),
                         strcmp(words[i], "no-driver") == 0);
    }
    const struct cmdline none = parsed("behave=silent:1 behave=by-the-book");

    assert_null(none.misbehave.kind);
    assert_string_equal(announced(&none), "");
}

static void some_behaviours_have_a_number(void **state)
{
    static const struct {
        const char *word;
        const char *line;
        uint64_t number;
    } words[] = {
        {"behave=skip-one:1", "skip-one:1", 1},
        {"behave=skip-all:2", "skip-all:2", 2},
        {"behave=late:3", "late:3", 3},
        {"behave=stale:2", "stale:2", 2},
        {"behave=recount:4", "recount:4", 4},
        {"behave=silent:0x10", "silent:16", 16},
        {"behave=reset-holding:5", "reset-holding:5", 5},
        {"behave=panic:6", "panic:6", 6},
        {"behave=pattern:0", "pattern:0", 0},
        {"behave=pattern:0xffffffffffffffff", "pattern:18446744073709551615",
         UINT64_MAX},
        {"behave=pattern:18446744073709551614", "pattern:18446744073709551614",
         UINT64_MAX - 1},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct cmdline cmdline = parsed(words[i].word);

        assert_int_equal(cmdline.misbehave.number, words[i].number);
        check_contains(announced(&cmdline), words[i].line);
    }
    assert_int_equal(parsed("behave=late:3 behave=subset").misbehave.number, 0);
}

static void half_a_behaviour_is_refused(void **state)
{
    static const char *const words[] = {
        "behave=",
        "behave=:",
        "behave=:1",
        "behave=subse",
        "behave=subsets",
        "behave=SUBSET",
        "behave=subset:",
        "behave=subset:1",
        "behave=silent",
        "behave=silent:",
        "behave=silent:0",
        "behave=silent:-1",
        "behave=late:1:2",
        "behave=pattern:",
        "behave=pattern:x",
        "behave=by-the-book:",
        "behave=by-the-book:1",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_refused(words[i], ERR_INVALID, "bad value", words[i]);
    }
    check_refused("behave", ERR_INVALID, "missing value", "behave");
    check_refused("behave=late:18446744073709551616", ERR_RANGE,
                  "number too large", "behave=late:18446744073709551616");
}

// Tags by number: seed is QEMU's document's six, 0 to 5.
static void statistics_are_named_as_on_their_line(void **state)
{
    assert_int_equal(parsed("stats=all").stats, 0xffff);
    assert_int_equal(parsed("stats=seed").stats, 0x3f);
    assert_int_equal(parsed("stats=swap-in").stats, 1);
    assert_int_equal(parsed("stats=direct-reclaims").stats, 0x8000);
    assert_int_equal(parsed("stats=free-memory,minor-faults").stats, 0x18);
    assert_int_equal(parsed("stats=seed,available-memory").stats, 0x7f);
    assert_int_equal(parsed("stats=oom-kills,oom-kills,all").stats, 0xffff);
    assert_int_equal(parsed("stats=oom-kills stats=seed").stats, 0x3f);
}

static void a_wrong_name_in_the_list_is_shown_alone(void **state)
{
    static const struct {
        const char *list;
        const char *name;
    } cases[] = {
        {"stats=swap", "swap"},
        {"stats=swap-inn", "swap-inn"},
        {"stats=stat-swap-in", "stat-swap-in"},
        {"stats=Seed", "Seed"},
        {"stats=none", "none"},
        {"stats=0", "0"},
        {"stats=,", ""},
        {"stats=swap-in,", ""},
        {"stats=swap-in,,swap-out", ""},
        {"stats=swap-in,swap-out,major-faults,minor-faults,free-memory,"
         "total-memory,htlb-pgfails,swap-on",
         "htlb-pgfails"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_refused(cases[i].list, ERR_INVALID, "no such statistic",
                      cases[i].name);
    }
    check_refused("stats=", ERR_INVALID, "empty list", "stats=");
    check_refused("stats", ERR_INVALID, "empty list", "stats");
}

#define LACKS_FREE "this behave= needs free-memory and one more statistic"
#define LACKS_THREE "this behave= needs three statistics"

static void a_behaviour_without_its_statistics_is_refused(void **state)
{
    check_refused("behave=subset stats=free-memory", ERR_INVALID, LACKS_FREE,
                  "subset");
    check_refused("stats=swap-in,oom-kills behave=subset", ERR_INVALID,
                  LACKS_FREE, "subset");
    check_refused("behave=skip-one:2 stats=free-memory", ERR_INVALID,
                  LACKS_FREE, "skip-one");
    check_refused("behave=alternate stats=swap-in", ERR_INVALID, LACKS_FREE,
                  "alternate");
    check_refused("behave=split stats=swap-in,oom-kills", ERR_INVALID,
                  LACKS_THREE, "split");
    check_refused("behave=indirect stats=free-memory", ERR_INVALID, LACKS_THREE,
                  "indirect");
    assert_int_equal(parsed("behave=subset stats=free-memory,swap-in").stats,
                     0x11);
    assert_int_equal(
        parsed("behave=split stats=swap-in,htlb-pgfail,oom-kills").stats,
        0x601);
    // The last word of a name counts.
    assert_int_equal(
        parsed("behave=subset stats=swap-in behave=by-the-book").stats, 1);
    assert_int_equal(parsed("stats=swap-in behave=subset stats=seed").stats,
                     0x3f);
}

static void other_behaviours_send_any_single_statistic(void **state)
{
    static const char *const kinds[] = {
        "no-prime",    "prime-short", "unknown-tags", "zero-length",
        "entry16",     "duplicate",   "reversed",     "skip-all:1",
        "falling",     "pattern:1",   "major-twice",  "pages",
        "stale:1",     "recount:1",   "late:1",       "silent:1",
        "two-buffers", "bad-actual",  "no-kick",      "no-stats-vq",
        "no-driver",   "panic:1",     "by-the-book",  "reset-holding:1",
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char words[64];

        (void)snprintf(words, sizeof words, "stats=oom-kills behave=%s",
                       kinds[i]);
        assert_int_equal(parsed(words).stats, 0x400);
    }
}

static void a_word_without_value_is_told_so(void **state)
{
    check_refused("samples", ERR_INVALID, "missing value", "samples");
    check_refused("touch", ERR_INVALID, "missing value", "touch");
    check_refused("fault", ERR_INVALID, "missing value", "fault");
    check_refused("virtio_mmio.device", ERR_INVALID, "missing value",
                  "virtio_mmio.device");
}

static void an_unknown_word_is_kept_as_it_stood(void **state)
{
    static const char *const words[] = {
        "sample=1", "samplesx=1", "Samples=1", "=", "=1", "quiet", "-", "sam"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_refused(words[i], ERR_INVALID, "unknown word", words[i]);
    }
}

static void the_first_bad_word_of_several_is_named(void **state)
{
    check_refused("samples=1 touch=x quiet", ERR_INVALID, "bad value",
                  "touch=x");
}

static void a_long_word_is_cut_to_63_characters(void **state)
{
    char word[200];
    char cut[64];

    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    memset(cut, 'a', 63);
    cut[63] = '\0';
    check_refused(word, ERR_INVALID, "unknown word", cut);
    word[64] = '\0';
    check_refused(word, ERR_INVALID, "unknown word", cut);
    word[63] = '\0';
    check_refused(word, ERR_INVALID, "unknown word", cut);
}

static void blanks_of_every_kind_part_words(void **state)
{
    struct cmdline cmdline = parsed("\tsamples=2\r\n touch=3 \t fault=ud\n");

    assert_int_equal(cmdline.samples, 2);
    assert_int_equal(cmdline.touch, 3);
    assert_int_equal(cmdline.fault, FAULT_UD);
}

static void a_later_word_wins_over_an_earlier_one(void **state)
{
    assert_int_equal(parsed("samples=1 samples=2").samples, 2);
    assert_int_equal(parsed("fault=ud fault=stack").fault, FAULT_STACK);
}

static void slots_are_read_as_linux_reads_them(void **state)
{
    struct cmdline cmdline =
        parsed("virtio_mmio.device=512@0xfeb00000:5 "
               "virtio_mmio.device=0x200@0xfffffffffffffe00:6:7");

    assert_int_equal(cmdline.slot_count, 2);
    assert_int_equal(cmdline.slots[0].base.value, 0xfeb00000);
    assert_int_equal(cmdline.slots[0].bytes, 512);
    assert_int_equal(cmdline.slots[0].gsi, 5);
    assert_int_equal(cmdline.slots[1].base.value, 0xfffffffffffffe00);
    assert_int_equal(cmdline.slots[1].bytes, 512);
    assert_int_equal(cmdline.slots[1].gsi, 6);
}

static void half_a_slot_is_refused(void **state)
{
    static const char *const words[] = {
        "virtio_mmio.device=",         "virtio_mmio.device=512",
        "virtio_mmio.device=512@",     "virtio_mmio.device=512@1",
        "virtio_mmio.device=512@1:",   "virtio_mmio.device=@1:2",
        "virtio_mmio.device=512@:2",   "virtio_mmio.device=512:1@2",
        "virtio_mmio.device=512K@1:2",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        check_refused(words[i], ERR_INVALID, "bad value", words[i]);
    }
}

// `count` slots in one line; the caller frees it.
static char *line_of_slots(unsigned count)
{
    static const char slot[] = "virtio_mmio.device=512@0xfeb00000:5 ";
    char *line = calloc(count + 1, sizeof slot);

    assert_non_null(line);
    for (unsigned i = 0; i < count; i++) {
        memcpy(line + i * (sizeof slot - 1), slot, sizeof slot);
    }
    return line;
}

static void slots_beyond_the_last_one_are_refused(void **state)
{
    char *enough = line_of_slots(MACHINE_SLOTS_MAX);
    char *more = line_of_slots(MACHINE_SLOTS_MAX + 1);

    assert_int_equal(parsed(enough).slot_count, MACHINE_SLOTS_MAX);
    check_refused(more, ERR_FULL, "too many slots",
                  "virtio_mmio.device=512@0xfeb00000:5");
    free(enough);
    free(more);
}

static void four_kilobytes_of_garbage_are_refused(void **state)
{
    // On the heap, with its exact length, so that the sanitizer sees a read
    // past its end.
    char *line = malloc(4096);
    struct cmdline cmdline;
    struct cmdline_problem problem;
    uint64_t seed = 4096;

    assert_non_null(line);
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 4095; i++) {
            line[i] = (char)(next_random(&seed) % 255 + 1);
        }
        line[0] = '!';
        line[4095] = '\0';
        assert_int_equal(cmdline_parse(line, &cmdline, &problem), ERR_INVALID);
        assert_int_equal(problem.word[0], '!');
        assert_true(strlen(problem.word) < sizeof problem.word);
    }
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_line_gives_the_defaults),
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal),
        cmocka_unit_test(the_largest_numbers_are_exact),
        cmocka_unit_test(a_number_too_large_is_out_of_range),
        cmocka_unit_test(a_value_that_is_no_number_is_refused),
        cmocka_unit_test(every_fault_has_its_word),
        cmocka_unit_test(an_unknown_fault_is_refused),
        cmocka_unit_test(every_behaviour_has_its_word),
        cmocka_unit_test(some_behaviours_have_a_number),
        cmocka_unit_test(half_a_behaviour_is_refused),
        cmocka_unit_test(statistics_are_named_as_on_their_line),
        cmocka_unit_test(a_wrong_name_in_the_list_is_shown_alone),
        cmocka_unit_test(a_behaviour_without_its_statistics_is_refused),
        cmocka_unit_test(other_behaviours_send_any_single_statistic),
        cmocka_unit_test(a_word_without_value_is_told_so),
        cmocka_unit_test(an_unknown_word_is_kept_as_it_stood),
        cmocka_unit_test(the_first_bad_word_of_several_is_named),
        cmocka_unit_test(a_long_word_is_cut_to_63_characters),
        cmocka_unit_test(blanks_of_every_kind_part_words),
        cmocka_unit_test(a_later_word_wins_over_an_earlier_one),
        cmocka_unit_test(slots_are_read_as_linux_reads_them),
        cmocka_unit_test(half_a_slot_is_refused),
        cmocka_unit_test(slots_beyond_the_last_one_are_refused),
        cmocka_unit_test(four_kilobytes_of_garbage_are_refused),
    };

    return cmocka_run_group_tests_name("app_cmdline", tests, NULL, NULL);
}
