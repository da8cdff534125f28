// SPDX-License-Identifier: MIT
// QEMU's guest-stats, read strictly and compared with the guest's lines.
#include "balloon/compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "qmp/json.h"
#include "unit/checks.h"

// The reply of QEMU 7.2, in the order of its hash table.
#define QEMU_7_2                                                               \
    "{\"stats\": {\"stat-htlb-pgalloc\": 18446744073709551615, "               \
    "\"stat-swap-out\": 18446744073709551615, "                                \
    "\"stat-available-memory\": 100, \"stat-htlb-pgfail\": -1, "               \
    "\"stat-free-memory\": 90, \"stat-minor-faults\": 0, "                     \
    "\"stat-major-faults\": 18446744073709551615, "                            \
    "\"stat-total-memory\": 18446744073709551614, "                            \
    "\"stat-swap-in\": 18446744073709551615, "                                 \
    "\"stat-disk-caches\": 18446744073709551615}, \"last-update\": 1234}"

static bool parse(const char *text, struct sample *sample,
                  struct failure *failure)
{
    const char *reason = NULL;
    struct json_object *value = json_parse(text, strlen(text), &reason);

    if (!value) {
        fail_msg("%s: %s", reason, text);
    }
    bool ok = sample_parse(value, sample, failure);
    json_object_put(value);
    return ok;
}

static struct sample parsed(const char *text)
{
    struct sample sample;
    struct failure failure;

    if (!parse(text, &sample, &failure)) {
        fail_msg("%s: %s", failure.text, text);
    }
    return sample;
}

static void check_refused(const char *text, const char *reason)
{
    struct sample sample;
    struct failure failure = {.code = CODE_OK};

    if (parse(text, &sample, &failure)) {
        fail_msg("accepted: %s", text);
    }
    assert_int_equal(failure.code, CODE_PROTOCOL);
    check_contains(failure.text, reason);
}

static void qemus_answer_is_read_exactly(void **state)
{
    struct sample sample = parsed(QEMU_7_2);

    assert_int_equal(sample.last_update, 1234);
    assert_int_equal(sample.count, 10);
    assert_true(sample_find(&sample, "free-memory")->present);
    assert_int_equal(sample_find(&sample, "free-memory")->value, 90);
    assert_true(sample_find(&sample, "minor-faults")->present);
    assert_int_equal(sample_find(&sample, "minor-faults")->value, 0);
    assert_int_equal(sample_find(&sample, "total-memory")->value,
                     UINT64_MAX - 1);
    assert_null(sample_find(&sample, "stat-free-memory"));
    assert_null(sample_find(&sample, "oom-kills"));
}

static void all_ones_and_minus_one_are_absent(void **state)
{
    static const char *const absent[] = {"htlb-pgalloc", "htlb-pgfail",
                                         "swap-in", "disk-caches"};
    struct sample sample = parsed(QEMU_7_2);

    for (size_t i = 0; i < 4; i++) {
        const struct sample_entry *entry = sample_find(&sample, absent[i]);

        assert_non_null(entry);
        assert_false(entry->present);
        assert_int_equal(entry->value, 0);
    }
}

static void known_keys_come_first_in_the_order_of_their_tags(void **state)
{
    size_t count;
    const struct statistic *table = statistic_table(&count);
    struct sample sample =
        parsed("{\"stats\": {\"stat-zebra\": 1, \"stat-disk-caches\": 2, "
               "\"stat-ape\": 3, \"stat-swap-in\": 4, \"stat-oom-kills\": 5}, "
               "\"last-update\": 1}");
    static const char *const order[] = {"swap-in", "disk-caches", "oom-kills",
                                        "zebra", "ape"};

    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(sample.entries[i].key, order[i]);
    }
    sample = parsed(QEMU_7_2);
    for (size_t i = 0; i < sample.count; i++) {
        assert_string_equal(sample.entries[i].key, table[i].key);
    }
}

static void unknown_statistics_are_kept_and_other_members_are_not(void **state)
{
    struct sample sample =
        parsed("{\"stats\": {\"stat-new-thing\": 7, \"other\": \"x\", "
               "\"stat\": 1, \"xstat-a\": 2}, \"more\": [], "
               "\"last-update\": 0}");

    assert_int_equal(sample.count, 1);
    assert_string_equal(sample.entries[0].key, "new-thing");
    assert_int_equal(sample.entries[0].value, 7);
}

static void missing_members_are_refused(void **state)
{
    check_refused("{}", "stats");
    check_refused("{\"last-update\": 1}", "stats");
    check_refused("{\"stats\": {}}", "last-update");
    check_refused("[]", "stats");
    check_refused("\"1\"", "stats");
    check_refused("{\"stats\": [], \"last-update\": 1}", "stats");
    check_refused("{\"stats\": null, \"last-update\": 1}", "stats");
}

static void a_last_update_that_is_no_time_is_refused(void **state)
{
    static const char *const texts[] = {
        "{\"stats\": {}, \"last-update\": \"1\"}",
        "{\"stats\": {}, \"last-update\": 1.5}",
        "{\"stats\": {}, \"last-update\": -1}",
        "{\"stats\": {}, \"last-update\": null}",
        "{\"stats\": {}, \"last-update\": {}}",
        "{\"stats\": {}, \"last-update\": true}"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_refused(texts[i], "last-update");
    }
    assert_int_equal(
        parsed("{\"stats\": {}, \"last-update\": 18446744073709551615}")
            .last_update,
        UINT64_MAX);
}

static void a_statistic_that_is_no_64_bit_integer_is_refused(void **state)
{
    static const char *const values[] = {
        "\"1\"", "1.0", "1e3", "true", "null",
        "[]",    "{}",  "-2",  "0.5",  "-9223372036854775808"};
    char text[128];

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        snprintf(text, sizeof text,
                 "{\"stats\": {\"stat-swap-in\": %s}, \"last-update\": 1}",
                 values[i]);
        check_refused(text, "stat-swap-in");
    }
}

static void a_key_that_no_terminal_can_show_is_refused(void **state)
{
    char text[256];

    check_refused("{\"stats\": {\"stat-\\u001b[2J\": 1}, \"last-update\": 1}",
                  "\\x1b");
    snprintf(text, sizeof text,
             "{\"stats\": {\"stat-%070d\": 1}, \"last-update\": 1}", 0);
    check_refused(text, "stat-000");
}

static void more_statistics_than_are_kept_are_refused(void **state)
{
    char text[4096];

    for (int count = SAMPLE_ENTRIES; count <= SAMPLE_ENTRIES + 1; count++) {
        int used = snprintf(text, sizeof text,
                            "{\"last-update\": 1, "
                            "\"stats\": {");

        for (int i = 0; i < count; i++) {
            used += snprintf(text + used, sizeof text - (size_t)used,
                             "%s\"stat-k%d\": %d", i ? ", " : "", i, i);
        }
        snprintf(text + used, sizeof text - (size_t)used, "}}");
        if (count == SAMPLE_ENTRIES) {
            assert_int_equal(parsed(text).count, SAMPLE_ENTRIES);
        } else {
            check_refused(text, "more than");
        }
    }
}

// --- The table --------------------------------------------------------------

static void the_table_has_the_tags_of_the_spec_in_their_order(void **state)
{
    // VIRTIO 1.4, 5.5.6.3: tags 0 to 9.
    static const char *const tags[] = {
        "swap-in",      "swap-out",     "major-faults",     "minor-faults",
        "free-memory",  "total-memory", "available-memory", "disk-caches",
        "htlb-pgalloc", "htlb-pgfail"};
    static const bool bytes[] = {true, true, false, false, true,
                                 true, true, true,  false, false};
    size_t count;
    const struct statistic *table = statistic_table(&count);

    assert_true(count >= 10);
    for (size_t i = 0; i < 10; i++) {
        assert_string_equal(table[i].key, tags[i]);
        assert_int_equal(table[i].unit == UNIT_BYTES, bytes[i]);
        assert_ptr_equal(statistic_find(tags[i]), &table[i]);
    }
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(table[i].key) < STATISTIC_KEY);
        assert_true(table[i].meaning[0] != '\0');
    }
    assert_null(statistic_find(""));
    assert_null(statistic_find("stat-swap-in"));
}

// --- Comparing --------------------------------------------------------------

static size_t compared(const char *line, const char *reported,
                       struct difference *differences)
{
    struct truth truth;
    char reason[TRUTH_REASON];
    char text[512];
    struct sample sample;

    snprintf(text, sizeof text, "{\"stats\": {%s}, \"last-update\": 1}",
             reported);
    sample = parsed(text);
    assert_int_equal(truth_parse(line, &truth, reason), TRUTH_STATS);
    return compare(&truth, &sample, differences);
}

static void the_same_values_are_equal_in_any_order(void **state)
{
    struct difference differences[DIFFERENCES];

    assert_int_equal(compared("stats seq=1", "", differences), 0);
    assert_int_equal(
        compared("stats seq=1 minor-faults=0 free-memory=18446744073709551614",
                 "\"stat-free-memory\": 18446744073709551614, "
                 "\"stat-swap-in\": 18446744073709551615, "
                 "\"stat-minor-faults\": 0, \"stat-swap-out\": -1",
                 differences),
        0);
}

static enum compared judged(const char *line, const char *guest_stats)
{
    struct difference differences[DIFFERENCES];
    struct truth truth;
    char reason[TRUTH_REASON];
    struct sample sample = parsed(guest_stats);

    assert_int_equal(truth_parse(line, &truth, reason), TRUTH_STATS);
    return compare_judge(&truth, &sample,
                         compare(&truth, &sample, differences));
}

static void two_sides_without_a_value_are_not_equal(void **state)
{
    static const char full[] =
        "{\"stats\": {\"stat-swap-in\": 1}, \"last-update\": 1}";
    static const char never[] =
        "{\"stats\": {\"stat-swap-in\": -1}, \"last-update\": 0}";

    assert_int_equal(judged("stats seq=1 swap-in=1", full), COMPARED_EQUAL);
    assert_int_equal(judged("stats seq=1 swap-in=2", full), COMPARED_DIFFERENT);
    assert_int_equal(judged("stats seq=1", full), COMPARED_DIFFERENT);
    assert_int_equal(judged("stats seq=1 swap-in=1", never),
                     COMPARED_DIFFERENT);
    assert_int_equal(judged("stats seq=1", never), COMPARED_NOTHING);
    // Only one of the two conditions for equality holds.
    assert_int_equal(
        judged("stats seq=1",
               "{\"stats\": {\"stat-swap-in\": -1}, \"last-update\": 1}"),
        COMPARED_NOTHING);
    assert_int_equal(
        judged("stats seq=1 swap-in=1",
               "{\"stats\": {\"stat-swap-in\": 1}, \"last-update\": 0}"),
        COMPARED_NOTHING);
    assert_string_equal(compared_name(COMPARED_EQUAL), "equal");
    assert_string_equal(compared_name(COMPARED_DIFFERENT), "different");
    assert_string_equal(compared_name(COMPARED_NOTHING), "nothing-compared");
    assert_string_equal(compared_name(COMPARED_NOT_TAKEN), "not-taken");
}

static void check_one(const char *line, const char *reported, const char *words)
{
    struct difference differences[DIFFERENCES];
    char text[256];

    assert_int_equal(compared(line, reported, differences), 1);
    compare_text(&differences[0], text, sizeof text);
    assert_string_equal(text, words);
}

static void every_kind_of_difference_is_found_and_told(void **state)
{
    check_one("stats seq=1 free-memory=1", "\"stat-free-memory\": 2",
              "free-memory: guest sent 1, QEMU reports 2");
    check_one("stats seq=1 free-memory=1",
              "\"stat-free-memory\": 18446744073709551615",
              "free-memory: guest sent 1, QEMU reports absent");
    check_one("stats seq=1 free-memory=1", "",
              "free-memory: guest sent 1, QEMU reports absent");
    check_one("stats seq=1", "\"stat-free-memory\": 2",
              "free-memory: guest sent nothing, QEMU reports 2");
    check_one("stats seq=1", "\"stat-new\": 0",
              "new: guest sent nothing, QEMU reports 0");
    check_one("stats seq=1 new=0", "\"stat-newer\": -1",
              "new: guest sent 0, QEMU reports absent");
    // QEMU's values for "absent" never equal a value that was sent.
    check_one("stats seq=1 free-memory=18446744073709551615",
              "\"stat-free-memory\": 18446744073709551615",
              "free-memory: guest sent 18446744073709551615, "
              "QEMU reports absent");
    // A difference of one in the lowest of 64 bits.
    check_one("stats seq=1 free-memory=9007199254740993",
              "\"stat-free-memory\": 9007199254740992",
              "free-memory: guest sent 9007199254740993, "
              "QEMU reports 9007199254740992");
}

// The first `count` keys of the table, all with value 1.
static const char *reported_keys(size_t count)
{
    static char text[1024];
    size_t all = 0;
    const struct statistic *table = statistic_table(&all);

    *text = '\0';
    for (size_t i = 0; i < count; i++) {
        sprintf(text + strlen(text), "%s\"stat-%s\": 1", i ? ", " : "",
                table[i].key);
    }
    return text;
}

// The guest sends swap-in and the last statistic, as every newer guest does.
static void a_statistic_later_than_qemu_is_no_difference(void **state)
{
    static const char line[] = "stats seq=1 swap-in=1 swap-out=1 "
                               "major-faults=1 minor-faults=1 free-memory=1 "
                               "total-memory=1 available-memory=1 "
                               "disk-caches=1 htlb-pgalloc=1 htlb-pgfail=1 "
                               "oom-kills=1 alloc-stalls=1 async-scans=1 "
                               "direct-scans=1 async-reclaims=1 "
                               "direct-reclaims=1";
    struct difference differences[DIFFERENCES];

    for (size_t keys = 0; keys <= 16; keys++) {
        const bool complete =
            keys == 6 || keys == 7 || keys == 8 || keys == 10 || keys == 16;

        assert_int_equal(compared(line, reported_keys(keys), differences),
                         complete ? 0 : 16 - keys);
    }
    // A gap is no age, and an unknown key has none.
    assert_int_equal(compared("stats seq=1 oom-kills=1",
                              "\"stat-alloc-stalls\": -1", differences),
                     1);
    char text[1024];
    snprintf(text, sizeof text, "%s, \"stat-direct-reclaims\": 1",
             reported_keys(10));
    assert_int_equal(compared(line, text, differences), 5);
    snprintf(text, sizeof text, "%s, \"stat-new\": -1", reported_keys(10));
    assert_int_equal(compared(line, text, differences), 0);
    snprintf(text, sizeof text, "%s newer=1", line);
    assert_int_equal(compared(text, reported_keys(10), differences), 1);
}

static void keys_that_only_the_guest_has_prove_nothing(void **state)
{
    char text[1024];

    snprintf(text, sizeof text, "{\"stats\": {%s}, \"last-update\": 1}",
             reported_keys(10));
    assert_int_equal(judged("stats seq=1 oom-kills=0", text),
                     COMPARED_DIFFERENT);
    snprintf(text, sizeof text,
             "{\"stats\": {\"stat-swap-in\": -1, \"stat-swap-out\": -1, "
             "\"stat-major-faults\": -1, \"stat-minor-faults\": -1, "
             "\"stat-free-memory\": -1, \"stat-total-memory\": -1}, "
             "\"last-update\": 1}");
    assert_int_equal(judged("stats seq=1 oom-kills=0", text), COMPARED_NOTHING);
}

static void the_guests_differences_come_before_qemus(void **state)
{
    struct difference differences[DIFFERENCES];

    assert_int_equal(compared("stats seq=1 b=1 a=1 same=5",
                              "\"stat-c\": 1, \"stat-same\": 5, \"stat-a\": 2",
                              differences),
                     3);
    assert_string_equal(differences[0].key, "b");
    assert_true(differences[0].guest_has && !differences[0].qemu_has);
    assert_int_equal(differences[0].qemu, 0);
    assert_string_equal(differences[1].key, "a");
    assert_true(differences[1].guest_has && differences[1].qemu_has);
    assert_string_equal(differences[2].key, "c");
    assert_true(!differences[2].guest_has && differences[2].qemu_has);
    assert_int_equal(differences[2].guest, 0);
}

static void everything_may_differ_at_once(void **state)
{
    // On the heap, so that the sanitizer sees one difference too many.
    struct difference *differences = calloc(DIFFERENCES, sizeof *differences);
    struct truth truth = {.seq = 1, .count = TRUTH_ENTRIES};
    struct sample sample = {.count = SAMPLE_ENTRIES};

    for (int i = 0; i < TRUTH_ENTRIES; i++) {
        snprintf(truth.entries[i].key, STATISTIC_KEY, "g%d", i);
    }
    for (int i = 0; i < SAMPLE_ENTRIES; i++) {
        snprintf(sample.entries[i].key, STATISTIC_KEY, "q%d", i);
        sample.entries[i].present = true;
    }
    assert_int_equal(compare(&truth, &sample, differences), DIFFERENCES);
    free(differences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qemus_answer_is_read_exactly),
        cmocka_unit_test(all_ones_and_minus_one_are_absent),
        cmocka_unit_test(known_keys_come_first_in_the_order_of_their_tags),
        cmocka_unit_test(unknown_statistics_are_kept_and_other_members_are_not),
        cmocka_unit_test(missing_members_are_refused),
        cmocka_unit_test(a_last_update_that_is_no_time_is_refused),
        cmocka_unit_test(a_statistic_that_is_no_64_bit_integer_is_refused),
        cmocka_unit_test(a_key_that_no_terminal_can_show_is_refused),
        cmocka_unit_test(more_statistics_than_are_kept_are_refused),
        cmocka_unit_test(the_table_has_the_tags_of_the_spec_in_their_order),
        cmocka_unit_test(the_same_values_are_equal_in_any_order),
        cmocka_unit_test(two_sides_without_a_value_are_not_equal),
        cmocka_unit_test(every_kind_of_difference_is_found_and_told),
        cmocka_unit_test(a_statistic_later_than_qemu_is_no_difference),
        cmocka_unit_test(keys_that_only_the_guest_has_prove_nothing),
        cmocka_unit_test(the_guests_differences_come_before_qemus),
        cmocka_unit_test(everything_may_differ_at_once),
    };

    return cmocka_run_group_tests_name("host_sample", tests, NULL, NULL);
}
