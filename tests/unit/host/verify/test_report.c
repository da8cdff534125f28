// SPDX-License-Identifier: MIT
// The reports of one result model: text, TAP, JUnit, JSON, the document.
// Limits: prove and xmllint are used if installed.
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "qmp/json.h"
#include "unit/checks.h"
#include "unit/host/verification.h"
#include "unit/host/json_schema.h"

static struct example example;

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;

    for (; (text = strstr(text, what)); text += strlen(what)) {
        count++;
    }
    return count;
}

// Passes the text to a program; its exit status, -1 if it isn't installed.
static int judged_by(const char *program, const char *command, const char *text)
{
    char line[256];
    char path[] = "/tmp/test_report-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    snprintf(line, sizeof line, "command -v %s >/dev/null || exit 77; %s %s",
             program, command, path);
    fflush(stdout);
    int status = system(line);
    unlink(path);
    return status == 77 << 8 ? -1 : status;
}

static void insist(const char *program, const char *command, const char *text,
                   bool accepts)
{
    int status = judged_by(program, command, text);

    if (status == -1) {
        print_message("skip: %s is not installed\n", program);
        skip();
    }
    assert_int_equal(status == 0, accepts);
}

// --- The model --------------------------------------------------------------

static void a_finding_is_judged_by_what_was_expected(void **state)
{
    assert_int_equal(result_judge(FINDING_HOLDS, FINDING_HOLDS, true),
                     STATUS_PASSED);
    assert_int_equal(result_judge(FINDING_DOC_WRONG, FINDING_DOC_WRONG, false),
                     STATUS_PASSED);
    assert_int_equal(result_judge(FINDING_BROKEN, FINDING_HOLDS, true),
                     STATUS_FAILED);
    assert_int_equal(result_judge(FINDING_HOLDS, FINDING_DOC_WRONG, true),
                     STATUS_FAILED);
    assert_int_equal(result_judge(FINDING_BROKEN, FINDING_HOLDS, false),
                     STATUS_NEWS);
    assert_int_equal(
        result_judge(FINDING_NOT_OBSERVABLE, FINDING_NOT_OBSERVABLE, true),
        STATUS_SKIPPED);
    assert_int_equal(result_judge(FINDING_NOT_OBSERVABLE, FINDING_HOLDS, true),
                     STATUS_FAILED);
}

static void counts_add_up_by_column_and_over_all(void **state)
{
    const struct verification *verification = example_mixed(&example);
    struct counts first = verification_counts(verification, 0);
    struct counts all = verification_counts(verification, EXAMPLE_COLUMNS);

    assert_int_equal(first.passed, 3);
    assert_int_equal(first.failed, 2);
    assert_int_equal(first.skipped, 2);
    assert_int_equal(first.news, 1);
    assert_int_equal(first.errors, 1);
    assert_int_equal(all.passed, 3 + EXAMPLE_SUBJECTS);
    assert_int_equal(all.passed + all.failed + all.skipped,
                     EXAMPLE_SUBJECTS * EXAMPLE_COLUMNS);
    assert_int_equal(first.findings[FINDING_HOLDS], 1);
    assert_int_equal(first.findings[FINDING_BROKEN], 1);
}

// --- Text -------------------------------------------------------------------

static void the_text_ends_with_the_three_numbers(void **state)
{
    const struct verification *verification = example_mixed(&example);
    struct buffer out = {0};

    report_text_heading(verification, &out);
    for (size_t i = 0; i < EXAMPLE_SUBJECTS; i++) {
        report_text_case(verification, i, &out);
    }
    report_text_end(verification, &out);
    const char *text = buffer_string(&out);
    const char *last = strstr(text, "10 passed, 2 failed, 2 skipped\n");
    assert_non_null(last);
    assert_string_equal(last, "10 passed, 2 failed, 2 skipped\n");
    check_contains(text,
                   "polling.enable/mmio-legacy                    FAILED: "
                   "broken");
    check_contains(text, "\n    see /tmp/a&b/polling.enable/mmio-legacy\n");
    check_contains(text, "FAILED: no verdict");
    check_contains(text, "NEWS: holds with a caveat");
    check_contains(text, "QEMU 99.1.0 (nothing is expected of this version)");
    assert_null(strstr(text, "not run: interrupted"));
    buffer_free(&out);
}

// --- TAP --------------------------------------------------------------------

static void make_tap(const struct verification *verification,
                     struct buffer *out)
{
    report_tap_heading(verification, out);
    for (size_t i = 0; i < verification->subject_count; i++) {
        report_tap_case(verification, i, out);
    }
    report_tap_end(verification, out);
}

// TAP 13: the version, the plan, then tests in order; every other line is a
// comment.
static void tap_has_a_plan_and_each_test_in_order(void **state)
{
    struct buffer out = {0};
    unsigned number = 0;
    unsigned failed = 0;

    make_tap(example_mixed(&example), &out);
    char *line = strtok(out.data, "\n");
    assert_string_equal(line, "TAP version 13");
    assert_string_equal(strtok(NULL, "\n"), "1..14");
    while ((line = strtok(NULL, "\n"))) {
        unsigned seen = 0;
        bool bad = strncmp(line, "not ", 4) == 0;
        if (line[0] == '#') {
            continue;
        }
        assert_int_equal(sscanf(line + (bad ? 4 : 0), "ok %u - ", &seen), 1);
        assert_int_equal(seen, ++number);
        failed += bad;
    }
    assert_int_equal(number, 14);
    assert_int_equal(failed, 2);
    buffer_free(&out);
}

static void tap_keeps_a_hash_from_becoming_a_directive(void **state)
{
    struct buffer out = {0};

    example_mixed(&example);
    example.subjects[1].name = "a#b\\c";
    make_tap(&example.verification, &out);
    check_contains(buffer_string(&out), "not ok 3 - a\\#b\\\\c [7.2.22]\n");
    check_contains(buffer_string(&out), " # SKIP not run: interrupted\n");
    buffer_free(&out);
}

static void prove_agrees_with_the_tap(void **state)
{
    struct buffer good = {0};
    struct buffer mixed = {0};
    struct buffer broken_off = {0};

    make_tap(example_good(&example), &good);
    make_tap(example_mixed(&example), &mixed);
    example_good(&example)->interrupted = true;
    make_tap(&example.verification, &broken_off);
    insist("prove", "prove -Q -e cat >/dev/null 2>&1", buffer_string(&good),
           true);
    insist("prove", "prove -Q -e cat >/dev/null 2>&1", buffer_string(&mixed),
           false);
    insist("prove", "prove -Q -e cat >/dev/null 2>&1",
           buffer_string(&broken_off), false);
    buffer_free(&good);
    buffer_free(&mixed);
    buffer_free(&broken_off);
}

// --- JUnit ------------------------------------------------------------------

static void junit_has_no_character_that_xml_forbids(void **state)
{
    struct buffer out = {0};

    report_junit(example_mixed(&example), &out);
    const char *text = buffer_string(&out);
    check_contains(text, "expected 2 &amp; 3 # got &lt;&gt;&#10;in \\ line two "
                         "]]&gt;");
    check_contains(text, "value=\"/opt/q &amp; &quot;a&quot;/qemu\"");
    check_contains(text, "but for \xc3\xa4 and </system-out>");
    check_contains(text, "time=\"1.234\"");
    for (const char *c = text; *c; c++) {
        assert_true((unsigned char)*c >= ' ' || *c == '\n');
        assert_int_not_equal((unsigned char)*c, 0xff);
    }
    buffer_free(&out);
}

static void junit_counts_what_it_holds(void **state)
{
    struct buffer out = {0};

    report_junit(example_mixed(&example), &out);
    const char *text = buffer_string(&out);
    check_contains(text, "tests=\"14\" failures=\"1\" errors=\"1\" "
                         "skipped=\"2\"");
    assert_int_equal(count_of(text, "<testcase "), 14);
    assert_int_equal(count_of(text, "<testsuite "), 2);
    assert_int_equal(count_of(text, "<failure "), 1);
    assert_int_equal(count_of(text, "<error "), 1);
    assert_int_equal(count_of(text, "<skipped "), 2);
    buffer_free(&out);
}

static void xmllint_reads_the_junit(void **state)
{
    struct buffer out = {0};

    report_junit(example_mixed(&example), &out);
    insist("xmllint", "xmllint --noout", buffer_string(&out), true);
    buffer_free(&out);
}

// --- JSON -------------------------------------------------------------------

static struct json_object *parsed(const struct verification *verification)
{
    struct buffer out = {0};
    const char *reason = NULL;

    report_json_document(verification, &out);
    struct json_object *root =
        json_parse(buffer_string(&out), out.length, &reason);
    if (!root) {
        fail_msg("%s", reason);
    }
    buffer_free(&out);
    return root;
}

static struct json_object *result_of(struct json_object *root, size_t subject,
                                     size_t column)
{
    struct json_object *cases = json_member(root, "cases");
    struct json_object *item = json_object_array_get_idx(cases, subject);

    return json_object_array_get_idx(json_member(item, "results"), column);
}

static void json_keeps_its_published_schema(void **state)
{
    struct json_object *schema =
        json_object_from_file("docs/verify-schema.json");
    struct json_object *good = parsed(example_good(&example));
    // The runner never produces the text of example_mixed.
    example_mixed(&example)->results[EXAMPLE_COLUMNS].text = NULL;
    struct json_object *mixed = parsed(&example.verification);

    assert_non_null(schema);
    assert_null(schema_complaint(schema, schema, good, "good"));
    assert_null(schema_complaint(schema, schema, mixed, "mixed"));
    // The schema also rejects.
    json_object_object_add(result_of(mixed, 0, 0), "status",
                           json_object_new_string("fine"));
    assert_non_null(schema_complaint(schema, schema, mixed, "spoilt"));
    json_object_object_del(good, "summary");
    assert_non_null(schema_complaint(schema, schema, good, "spoilt"));
    json_object_put(schema);
    json_object_put(good);
    json_object_put(mixed);
}

static void json_integers_are_exact(void **state)
{
    struct json_object *root;
    uint64_t number = 0;

    example_mixed(&example)->results[EXAMPLE_COLUMNS].text = NULL;
    root = parsed(&example.verification);
    assert_int_equal(
        json_uint64(json_member(result_of(root, 5, 0), "nanoseconds"), &number),
        JSON_INTEGER_OK);
    assert_true(number == INT64_C(9007199254740993));
    assert_null(json_member(result_of(root, 3, 0), "finding"));
    assert_string_equal(json_member_string(result_of(root, 2, 0), "error"),
                        "host");
    json_object_put(root);
}

// --- The document -----------------------------------------------------------

static void the_document_says_the_same_for_the_same_results(void **state)
{
    struct buffer first = {0};
    struct buffer second = {0};

    report_document(example_mixed(&example), &first);
    example.results[7].nanoseconds = 5;
    example.results[2].folder = (char *)"/elsewhere";
    report_document(&example.verification, &second);
    assert_string_equal(buffer_string(&first), buffer_string(&second));
    assert_null(strstr(buffer_string(&first), "/tmp"));
    buffer_free(&first);
    buffer_free(&second);
}

static void the_document_joins_forms_that_agree(void **state)
{
    struct buffer out = {0};

    report_document(example_mixed(&example), &out);
    const char *text = buffer_string(&out);
    // The forms in the first column differ, those in the second don't.
    check_contains(text, "- QEMU 7.2, mmio-legacy: **broken**");
    check_contains(text, "- QEMU 7.2, mmio: **not tried**\n");
    assert_int_equal(count_of(text, "- QEMU 99.1: **holds**\n"), 4);
    assert_int_equal(count_of(text, "\n### "), 4);
    check_contains(text, "(lines 12-13)");
    buffer_free(&out);
}

// Three forms, of which the first and the last have equal results.
static void the_document_groups_forms_that_stand_apart(void **state)
{
    struct buffer out = {0};

    example_good(&example);
    example.subjects[3].claim = "polling.enable";
    example.subjects[3].form = "pci";
    example.results[2 * EXAMPLE_COLUMNS].finding = FINDING_CAVEAT;
    report_document(&example.verification, &out);
    const char *text = buffer_string(&out);
    check_contains(text, "- QEMU 7.2, mmio-legacy, pci: **holds**\n"
                         "- QEMU 7.2, mmio: **holds with a caveat**\n"
                         "- QEMU 99.1: **holds**\n");
    buffer_free(&out);
}

static void the_document_says_what_the_forms_are(void **state)
{
    struct buffer out = {0};

    report_document(example_good(&example), &out);
    check_contains(buffer_string(&out),
                   "| mmio | microvm | mmio | split |\n\n## ");
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_is_judged_by_what_was_expected),
        cmocka_unit_test(counts_add_up_by_column_and_over_all),
        cmocka_unit_test(the_text_ends_with_the_three_numbers),
        cmocka_unit_test(tap_has_a_plan_and_each_test_in_order),
        cmocka_unit_test(tap_keeps_a_hash_from_becoming_a_directive),
        cmocka_unit_test(prove_agrees_with_the_tap),
        cmocka_unit_test(junit_has_no_character_that_xml_forbids),
        cmocka_unit_test(junit_counts_what_it_holds),
        cmocka_unit_test(xmllint_reads_the_junit),
        cmocka_unit_test(json_keeps_its_published_schema),
        cmocka_unit_test(json_integers_are_exact),
        cmocka_unit_test(the_document_says_the_same_for_the_same_results),
        cmocka_unit_test(the_document_joins_forms_that_agree),
        cmocka_unit_test(the_document_groups_forms_that_stand_apart),
        cmocka_unit_test(the_document_says_what_the_forms_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
