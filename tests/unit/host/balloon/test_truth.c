// SPDX-License-Identifier: MIT
// The guest's own lines, read strictly: lines that count, log lines, malformed
// lines and the reason.
#include "balloon/truth.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/checks.h"

static enum truth_kind parse(const char *line, struct truth *truth)
{
    char reason[TRUTH_REASON] = "";
    enum truth_kind kind = truth_parse(line, truth, reason);

    for (const char *at = reason; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            fail_msg("a control character in the reason for: %s", line);
        }
    }
    assert_int_equal(kind == TRUTH_MALFORMED, reason[0] != '\0');
    return kind;
}

static void check_kind(const char *line, enum truth_kind kind)
{
    struct truth truth;

    if (parse(line, &truth) != kind) {
        fail_msg("\"%s\"", line);
    }
}

static void a_stats_line_is_a_sample(void **state)
{
    struct truth truth;

    assert_int_equal(parse("stats seq=7 free-memory=0 minor-faults=12 "
                           "htlb-pgalloc=18446744073709551615",
                           &truth),
                     TRUTH_STATS);
    assert_int_equal(truth.seq, 7);
    assert_int_equal(truth.count, 3);
    assert_string_equal(truth.entries[0].key, "free-memory");
    assert_int_equal(truth.entries[0].value, 0);
    assert_int_equal(truth_find(&truth, "minor-faults")->value, 12);
    assert_int_equal(truth_find(&truth, "htlb-pgalloc")->value, UINT64_MAX);
    assert_null(truth_find(&truth, "seq"));
    assert_null(truth_find(&truth, "minor-fault"));
}

static void a_stats_line_may_hold_nothing_but_seq(void **state)
{
    struct truth truth;

    assert_int_equal(parse("stats seq=18446744073709551615", &truth),
                     TRUTH_STATS);
    assert_int_equal(truth.seq, UINT64_MAX);
    assert_int_equal(truth.count, 0);
}

static void a_sent_line_is_a_number(void **state)
{
    struct truth truth;

    assert_int_equal(parse("sent seq=3", &truth), TRUTH_SENT);
    assert_int_equal(truth.seq, 3);
    check_kind("sent seq=3 free-memory=1", TRUTH_MALFORMED);
}

static void other_lines_are_log(void **state)
{
    static const char *const lines[] = {
        "",
        " ",
        "boot memory bytes=268435456",
        "statsx seq=1",
        "stat seq=1",
        " stats seq=1",
        "Stats seq=1",
        "sent=1",
        "stats=1",
        "resent seq=1",
        "trap vector=14 stats seq=1",
        "\xff\xfe",
        "panic what=\"stats seq=1\"",
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        check_kind(lines[i], TRUTH_LOG);
    }
}

static void a_line_of_ours_in_another_form_is_malformed(void **state)
{
    static const char *const lines[] = {
        "stats", // no seq
        "sent",
        "stats ",
        "stats free-memory=1", // seq is not first
        "stats free-memory=1 seq=1",
        "stats seq=0",
        "sent seq=0",
        "stats seq=", // empty
        "stats seq=1 free-memory=",
        "stats seq=1 =5",
        "stats seq=1 free-memory",
        "stats seq=1 free-memory=1 free-memory=1", // twice
        "stats seq=1 seq=1",
        "stats seq=1 a=1 b=2 a=3",
        "stats seq=18446744073709551616", // overflow
        "stats seq=1 a=18446744073709551616",
        "stats seq=1 a=99999999999999999999",
        "stats seq=1 a=000000000000000000000000000000000000000001",
        "stats seq=-1", // not decimal
        "stats seq=+1",
        "stats seq=0x1",
        "stats seq=1 a=1.0",
        "stats seq=1 a=1e3",
        "stats seq=1 a=1=2",
        "stats seq=1 a=1,",
        "stats  seq=1", // blanks
        "stats seq=1 ",
        "stats seq=1  a=1",
        "stats seq =1",
        "stats seq= 1",
        "stats\tseq=1 ",
        "stats seq=1\ta=1",
        "stats seq=1 a=1\r", // the reader should have removed it
        "stats seq=1\r a=1",
        "stats seq=1 A=1", // not a valid key
        "stats seq=1 free_memory=1",
        "stats seq=1 fr\xc3\xa9=1",
        "stats seq=1 \x1b[2J=1",
        "sent seq=1 seq=1",
        "sent seq=1 x",
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (strncmp(lines[i], "stats\t", 6) != 0) {
            check_kind(lines[i], TRUTH_MALFORMED);
        }
    }
}

static void keys_have_a_length_and_a_number(void **state)
{
    char line[4096];
    struct truth truth;
    int used;

    snprintf(line, sizeof line, "stats seq=1 %063d=5", 0);
    check_kind(line, TRUTH_STATS);
    snprintf(line, sizeof line, "stats seq=1 %064d=5", 0);
    check_kind(line, TRUTH_MALFORMED);
    used = snprintf(line, sizeof line, "stats seq=1");
    for (int i = 0; i < TRUTH_ENTRIES; i++) {
        used +=
            snprintf(line + used, sizeof line - (size_t)used, " k%d=%d", i, i);
    }
    assert_int_equal(parse(line, &truth), TRUTH_STATS);
    assert_int_equal(truth.count, TRUTH_ENTRIES);
    snprintf(line + used, sizeof line - (size_t)used, " more=1");
    check_kind(line, TRUTH_MALFORMED);
}

static void a_very_long_line_is_read_to_its_end_or_refused(void **state)
{
    enum {
        LONG = 1 << 20
    };
    char *line = malloc(LONG + 1);

    memset(line, '1', LONG);
    line[LONG] = '\0';
    memcpy(line, "stats seq=", 10);
    check_kind(line, TRUTH_MALFORMED);
    memcpy(line, "stats seq=1 ", 12);
    check_kind(line, TRUTH_MALFORMED);
    memcpy(line, "stats seq=1 a=", 14);
    check_kind(line, TRUTH_MALFORMED);
    memset(line + 5, ' ', LONG - 5);
    check_kind(line, TRUTH_MALFORMED);
    free(line);
}

static void cutting_a_good_line_anywhere_never_makes_another_value(void **state)
{
    static const char line[] = "stats seq=12 free-memory=345 a=6";
    struct truth whole;

    // A number that was cut still reads as a number, so a cut line must be
    // recognised (truth_feed_line); keys and earlier values remain correct.
    assert_int_equal(parse(line, &whole), TRUTH_STATS);
    for (size_t length = 0; length < sizeof line - 1; length++) {
        char *part = strndup(line, length);
        struct truth truth;

        if (parse(part, &truth) == TRUTH_STATS) {
            for (size_t i = 0; i + 1 < truth.count; i++) {
                assert_string_equal(truth.entries[i].key, whole.entries[i].key);
                assert_int_equal(truth.entries[i].value,
                                 whole.entries[i].value);
            }
        }
        free(part);
    }
}

static void random_lines_are_never_taken_for_samples(void **state)
{
    static const char bytes[] = "stats seq=10-\x01\xff\r\t";
    uint64_t seed = 5;

    for (int round = 0; round < 20000; round++) {
        char line[40] = "stats ";
        struct truth truth;

        for (size_t i = 6; i < sizeof line - 1; i++) {
            line[i] = bytes[(next_random(&seed) >> 30) % (sizeof bytes)];
        }
        if (parse(line, &truth) == TRUTH_STATS) {
            assert_memory_equal(line, "stats seq=1", 11);
        }
    }
}

// --- The feed ---------------------------------------------------------------

static struct truth_feed fed(const char *const *lines, size_t count)
{
    struct truth_feed feed = {0};

    for (size_t i = 0; i < count; i++) {
        truth_feed_line(&feed, lines[i], false);
    }
    return feed;
}

static void a_sample_is_settled_once_it_was_sent(void **state)
{
    static const char *const lines[] = {
        "boot",       "stats seq=1 a=5", "log x=1",
        "sent seq=1", "stats seq=2 a=6", "sent seq=2"};
    static const bool settled[] = {false, false, false, false,
                                   true,  false, true};

    for (size_t count = 0; count <= 6; count++) {
        struct truth_feed feed = fed(lines, count);

        assert_false(feed.malformed);
        assert_int_equal(truth_feed_settled(&feed), settled[count]);
    }
    assert_int_equal(fed(lines, 6).newest.entries[0].value, 6);
    assert_int_equal(fed(lines, 6).sent, 2);
}

static void what_may_become_a_sample_is_known_by_its_beginning(void **state)
{
    static const char *const may[] = {"s",      "st",          "stats",
                                      "stats ", "stats seq=1", "se",
                                      "sent",   "sent seq=1"};
    static const char *const cannot[] = {"",     "h",      "hotplug ready sl",
                                         "sto",  "statsx", "stats\t",
                                         "sens", "sent\t"};

    for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
        assert_true(truth_can_become(may[i]));
    }
    for (size_t i = 0; i < sizeof cannot / sizeof *cannot; i++) {
        assert_false(truth_can_become(cannot[i]));
    }
}

static void what_firmware_writes_is_no_word_of_the_guests(void **state)
{
    static const char *const lines[] = {
        "\x1b[2J\x1b[01;01H\x1b[=3h\x1b[2J\x1b[01;01H",
        "\x1b[0m\x1b[35m\x1b[40mBdsDxe: starting Boot0001 \"stats seq=9\"", "",
        "stats seq=1 a=5", "sent seq=1"};
    struct truth_feed feed = fed(lines, 5);

    assert_false(feed.malformed);
    assert_true(truth_feed_settled(&feed));
}

static void lines_out_of_sequence_are_malformed(void **state)
{
    static const char *const rows[][3] = {
        {"stats seq=2", "", ""},
        {"sent seq=1", "", ""},
        {"stats seq=1", "stats seq=1", ""},
        {"stats seq=1", "sent seq=2", ""},
        {"stats seq=1", "sent seq=1", "stats seq=3"},
        {"stats seq=1", "sent seq=1", "sent seq=1"},
        {"stats seq=1", "sent seq=1", "stats seq=1"},
        {"stats seq=1 x", "", ""},
        {"sent", "", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct truth_feed feed = fed(rows[i], 3);

        if (!feed.malformed || !feed.reason[0]) {
            fail_msg("row %zu", i);
        }
    }
}

static void a_work_line_belongs_to_the_stats_line_behind_it(void **state)
{
    static const char *const lines[] = {"work seq=1 order=3 done=160",
                                        "stats seq=1 a=5", "sent seq=1",
                                        "stats seq=2 a=6"};

    assert_int_equal(fed(lines, 1).newest.seq, 0);
    assert_int_equal(fed(lines, 3).newest.work.order, 3);
    assert_int_equal(fed(lines, 3).newest.work.done, 160);
    assert_int_equal(fed(lines, 3).newest.count, 1);
    assert_int_equal(fed(lines, 4).newest.work.order, 0);
    assert_false(fed(lines, 4).malformed);
}

static void a_work_line_that_fits_no_stats_line_is_malformed(void **state)
{
    static const char *const rows[][2] = {
        {"work seq=2 order=1 done=0", ""},
        {"work seq=1 order=1 done=0", "work seq=1 order=1 done=1"},
        {"work seq=1 order=1 done=0", "stats seq=2"},
        {"work seq=1 order=0 done=0", ""},
        {"work seq=1 order=1", ""},
        {"work seq=1 order=1 touches=0", ""},
        {"work seq=1 order=1 done=0 pages=1", ""},
        {"work", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!fed(rows[i], 2).malformed) {
            fail_msg("row %zu", i);
        }
    }
}

static void a_cut_line_of_ours_is_malformed_and_a_cut_log_is_not(void **state)
{
    struct truth_feed feed = {0};

    truth_feed_line(&feed, "log that was long", true);
    assert_false(feed.malformed);
    truth_feed_line(&feed, "stats seq=1 a=12", true);
    assert_true(feed.malformed);
    assert_int_equal(feed.newest.seq, 0);
}

static void the_first_malformed_line_is_remembered_for_ever(void **state)
{
    static const char *const lines[] = {"stats seq=1 a=", "stats seq=1 a=1",
                                        "sent seq=1", "sent seq=x"};
    struct truth_feed feed = fed(lines, 4);

    assert_true(feed.malformed);
    check_contains(feed.reason, "empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stats_line_is_a_sample),
        cmocka_unit_test(a_stats_line_may_hold_nothing_but_seq),
        cmocka_unit_test(a_sent_line_is_a_number),
        cmocka_unit_test(other_lines_are_log),
        cmocka_unit_test(a_line_of_ours_in_another_form_is_malformed),
        cmocka_unit_test(keys_have_a_length_and_a_number),
        cmocka_unit_test(a_very_long_line_is_read_to_its_end_or_refused),
        cmocka_unit_test(
            cutting_a_good_line_anywhere_never_makes_another_value),
        cmocka_unit_test(random_lines_are_never_taken_for_samples),
        cmocka_unit_test(a_sample_is_settled_once_it_was_sent),
        cmocka_unit_test(what_may_become_a_sample_is_known_by_its_beginning),
        cmocka_unit_test(what_firmware_writes_is_no_word_of_the_guests),
        cmocka_unit_test(lines_out_of_sequence_are_malformed),
        cmocka_unit_test(a_work_line_belongs_to_the_stats_line_behind_it),
        cmocka_unit_test(a_work_line_that_fits_no_stats_line_is_malformed),
        cmocka_unit_test(a_cut_line_of_ours_is_malformed_and_a_cut_log_is_not),
        cmocka_unit_test(the_first_malformed_line_is_remembered_for_ever),
    };

    return cmocka_run_group_tests_name("host_truth", tests, NULL, NULL);
}
