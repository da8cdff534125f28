// SPDX-License-Identifier: MIT
// The table of a predicted sample: its columns, marks and verdicts, within 80
// columns.
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "unit/checks.h"

static char printed[8192];
static struct truth before;
static struct truth truth;
static struct sample sample;
static struct difference differences[DIFFERENCES];
static const struct balloon_device device = {"/machine/b", "virtio-balloon"};
static struct shown_prediction prediction;
static struct shown shown;

static void put(struct truth *to, const char *key, uint64_t value)
{
    struct truth_entry *entry = &to->entries[to->count++];

    text_format(entry->key, sizeof entry->key, "%s", key);
    entry->value = value;
}

static void report(const char *key, uint64_t value)
{
    struct sample_entry *entry = &sample.entries[sample.count++];

    text_format(entry->key, sizeof entry->key, "%s", key);
    entry->value = value;
    entry->present = true;
}

// Sample 2: free-memory fell by 1 MiB, oom-kills grew by one, and QEMU has no
// key for that one. All as predicted.
static int set_up(void **state)
{
    (void)state;
    before = truth = (struct truth){.seq = 1};
    truth.seq = 2;
    sample = (struct sample){.last_update = 1};
    put(&before, "free-memory", 3 << 20);
    put(&before, "oom-kills", 0);
    put(&truth, "free-memory", 2 << 20);
    put(&truth, "oom-kills", 1);
    report("free-memory", 2 << 20);
    prediction = (struct shown_prediction){.known = true,
                                           .before = &before,
                                           .before_number = 1,
                                           .words = "map=1M write=8",
                                           .wrong = ""};
    prediction.numbers.value[MODEL_FREE_MEMORY] = 2 << 20;
    prediction.numbers.value[MODEL_OOM_KILLS] = 1;
    shown = (struct shown){.device = &device,
                           .sample = &sample,
                           .qemu_version = "7.2",
                           .number = 2,
                           .truth = &truth,
                           .compared = COMPARED_EQUAL,
                           .differences = differences,
                           .prediction = &prediction};
    return 0;
}

// Prints the sample as compared, into `printed`.
static void print(bool json)
{
    struct failure failure;
    const int kept = dup(STDOUT_FILENO);
    const int fd = memfd_create("out", MFD_CLOEXEC);

    assert_true(output_flush(&failure));
    dup2(fd, STDOUT_FILENO);
    show_sample(&shown, json);
    assert_true(output_flush(&failure));
    dup2(kept, STDOUT_FILENO);
    const ssize_t length = pread(fd, printed, sizeof printed - 1, 0);

    printed[length < 0 ? 0 : length] = '\0';
    close(fd);
    close(kept);
}

static void the_three_values_and_the_change_are_a_row(void **state)
{
    (void)state;
    print(false);
    check_contains(
        printed,
        "  orders:\n    map=1M write=8\n"
        "  statistic            model says    guest sent  QEMU reports  since "
        "sample 1\n"
        "  free-memory             2097152       2097152       2097152        "
        "-1.0 MiB\n"
        "  oom-kills                     1             1   no such key         "
        "     +1\n"
        "  verdict: equal, as predicted\n");
}

static void the_columns_of_large_values_fit_80(void **state)
{
    (void)state;
    truth.entries[0].value = sample.entries[0].value = 9999999999999;
    prediction.numbers.value[MODEL_FREE_MEMORY] = 9999999999999;
    prediction.before_number = 99;
    print(false);
    for (const char *line = printed; *line;) {
        const size_t length = strcspn(line, "\n");

        assert_in_range(length, 0, 80);
        line += length + 1;
    }
}

static void a_value_that_was_not_predicted_is_marked_and_named(void **state)
{
    (void)state;
    prediction.numbers.value[MODEL_OOM_KILLS] = 3;
    assert_true(prediction_fails(&prediction, &truth));
    shown.compared = COMPARED_DIFFERENT;
    print(false);
    check_contains(printed, "\n! oom-kills                     3             1 "
                            "  no such key              +1\n");
    check_contains(printed, "\n  free-memory ");
    check_contains(
        printed,
        "\n  verdict: DIFFERENT: oom-kills: model says 3, guest sent 1\n");
}

static void a_value_that_qemu_has_otherwise_is_marked(void **state)
{
    (void)state;
    sample.entries[0].value = 7;
    shown.difference_count = compare(&truth, &sample, differences);
    shown.compared = COMPARED_DIFFERENT;
    print(false);
    check_contains(printed, "\n! free-memory             2097152       2097152 "
                            "            7        -1.0 MiB\n");
    check_contains(printed, "DIFFERENT: free-memory: guest sent 2097152, QEMU");
}

static void a_wrong_answer_fails_a_sample_whose_values_are_right(void **state)
{
    (void)state;
    assert_false(prediction_fails(&prediction, &truth));
    prediction.wrong = "drop: model says 'a', guest said 'b'\n";
    assert_true(prediction_fails(&prediction, &truth));
    shown.compared = COMPARED_DIFFERENT;
    print(false);
    check_contains(
        printed,
        "  verdict: DIFFERENT: drop: model says 'a', guest said 'b'\n");
}

static void a_key_that_the_guest_does_not_send_is_not_judged(void **state)
{
    (void)state;
    truth.count = 1;
    prediction.numbers.value[MODEL_OOM_KILLS] = 3;
    assert_false(prediction_fails(&prediction, &truth));
}

static void an_order_in_work_has_its_touches(void **state)
{
    (void)state;
    prediction.now = "read=9";
    prediction.done = 4;
    print(false);
    check_contains(printed, "    map=1M write=8 read=9 (4 done)\n");
}

static void without_a_prediction_the_table_is_the_usual_one(void **state)
{
    (void)state;
    prediction.known = false;
    print(false);
    check_contains(printed, "    map=1M write=8\n  statistic         QEMU "
                            "reports  exactly ");
    check_contains(printed, "  verdict: equal\n");
}

static void json_has_the_prediction_and_the_words(void **state)
{
    (void)state;
    prediction.numbers.value[MODEL_OOM_KILLS] = 3;
    print(true);
    check_contains(printed, "\"predicted\":{\"swap-in\":0,");
    check_contains(printed, "\"oom-kills\":3,");
    check_contains(printed, "\"mispredicted\":[\"oom-kills\"],"
                            "\"wrong_answers\":[],"
                            "\"orders\":[\"map=1M\",\"write=8\"],"
                            "\"order_in_progress\":null}");
    prediction.known = false;
    print(true);
    check_contains(printed, "\"predicted\":null,\"mispredicted\":[],");
    shown.prediction = NULL;
    print(true);
    assert_null(strstr(printed, "predicted"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_three_values_and_the_change_are_a_row,
                               set_up),
        cmocka_unit_test_setup(the_columns_of_large_values_fit_80, set_up),
        cmocka_unit_test_setup(
            a_value_that_was_not_predicted_is_marked_and_named, set_up),
        cmocka_unit_test_setup(a_value_that_qemu_has_otherwise_is_marked,
                               set_up),
        cmocka_unit_test_setup(
            a_wrong_answer_fails_a_sample_whose_values_are_right, set_up),
        cmocka_unit_test_setup(a_key_that_the_guest_does_not_send_is_not_judged,
                               set_up),
        cmocka_unit_test_setup(an_order_in_work_has_its_touches, set_up),
        cmocka_unit_test_setup(without_a_prediction_the_table_is_the_usual_one,
                               set_up),
        cmocka_unit_test_setup(json_has_the_prediction_and_the_words, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
