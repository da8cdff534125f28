// SPDX-License-Identifier: MIT
// The registry of claims, a claim's expectation for a version, and the cases
// that a command line selects.
#include "claims/registry.h"

#include <ctype.h>
#include <stdio.h>

#include "cli/selection.h"
#include "unit/checks.h"

static struct failure failure;

// --- The registry -----------------------------------------------------------

static void each_claim_has_an_id_of_its_own(void **state)
{
    size_t count;
    const struct claim *const *claims = claims_all(&count);

    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            assert_string_not_equal(claims[i]->id, claims[j]->id);
        }
        assert_string_not_equal(claims[i]->id, claim_canary.id);
    }
}

static bool is_id(const char *id)
{
    const char *dot = strchr(id, '.');

    return dot && dot > id && dot[1] && !strchr(dot + 1, '.') &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(id);
}

// "12", "12-13", "8-10, 36", "beyond".
static bool is_place(const char *place)
{
    return strcmp(place, "beyond") == 0 ||
           (isdigit((unsigned char)*place) &&
            strspn(place, "0123456789-, ") == strlen(place));
}

static void each_claim_is_complete(void **state)
{
    size_t count;
    const struct claim *const *claims = claims_all(&count);

    for (size_t i = 0; i < count; i++) {
        const struct claim *claim = claims[i];
        if (!is_id(claim->id) || !is_place(claim->place) || !claim->check) {
            fail_msg("%s (%s)", claim->id, claim->place);
        }
        size_t length = strlen(claim->statement);
        if (length < 10 || claim->statement[length - 1] != '.') {
            fail_msg("%s: \"%s\"", claim->id, claim->statement);
        }
        assert_int_not_equal(claim->expected, FINDING_BROKEN);
        assert_int_not_equal(claim->then, FINDING_BROKEN);
    }
}

static void the_claims_of_a_group_stand_together(void **state)
{
    size_t count;
    const struct claim *const *claims = claims_all(&count);

    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(claims[i]->id, ".") + 1;
        bool left = false;
        for (size_t j = i + 1; j < count; j++) {
            bool same = strncmp(claims[i]->id, claims[j]->id, length) == 0;
            assert_false(same && left);
            left = left || !same;
        }
    }
}

// --- Versions ---------------------------------------------------------------

static struct qemu_version version(const char *text)
{
    return version_of(text);
}

static void versions_are_read_and_known(void **state)
{
    static const struct {
        const char *text;
        unsigned major, minor, micro;
        bool known;
    } rows[] = {
        {"7.2.22", 7, 2, 22, true},   {"10.0.2", 10, 0, 2, true},
        {"11.1.3", 11, 1, 3, true},   {"8.0.0", 8, 0, 0, false},
        {"7.1.0", 7, 1, 0, false},    {"12.0", 12, 0, 0, false},
        {"", 0, 0, 0, false},         {"nonsense", 0, 0, 0, false},
        {"10.0.50", 10, 0, 50, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qemu_version got = version(rows[i].text);
        assert_int_equal(got.major, rows[i].major);
        assert_int_equal(got.minor, rows[i].minor);
        assert_int_equal(got.micro, rows[i].micro);
        assert_int_equal(version_known(&got), rows[i].known);
    }
}

static void an_expectation_can_change_with_a_version(void **state)
{
    static const struct claim claim = {
        .expected = FINDING_CAVEAT, .since = 10, .then = FINDING_HOLDS};
    static const struct claim always = {.expected = FINDING_DOC_WRONG};
    struct qemu_version old = version("7.2.22");
    struct qemu_version new = version("10.0.2");

    assert_int_equal(claim_expected(&claim, &old), FINDING_CAVEAT);
    assert_int_equal(claim_expected(&claim, &new), FINDING_HOLDS);
    assert_int_equal(claim_expected(&always, &old), FINDING_DOC_WRONG);
    assert_int_equal(claim_expected(&always, &new), FINDING_DOC_WRONG);
}

// --- The selection ----------------------------------------------------------

static size_t selected(const struct selection_wish *wish)
{
    struct selection selection;

    assert_true(selection_make(wish, &selection, &failure));
    assert_string_equal(selection.subjects[0].name, "canary");
    size_t count = selection.count - 1;
    selection_free(&selection);
    return count;
}

static void refuse(const struct selection_wish *wish, const char *reason)
{
    struct selection selection;

    assert_false(selection_make(wish, &selection, &failure));
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, reason);
}

static void an_id_is_a_claim_a_case_or_a_group(void **state)
{
    static const char *const ids[] = {"absent.minus-one",
                                      "absent.minus-one/pci-packed", "absent"};

    struct selection_wish wish = {
        .ids = ids, .id_count = 1, .shard = 1, .shards = 1};
    assert_int_equal(selected(&wish), FORMS);
    wish.id_count = 2; // the second word adds nothing
    assert_int_equal(selected(&wish), FORMS);
    wish.ids = &ids[1];
    wish.id_count = 1;
    assert_int_equal(selected(&wish), 1);
    wish.ids = &ids[2];
    assert_true(selected(&wish) >= 2);
}

static void an_unknown_id_is_refused_with_a_suggestion(void **state)
{
    static const char *const ids[] = {"polling.enabel", "absent.minus",
                                      "nonsense\x1b"};

    struct selection_wish wish = {
        .ids = ids, .id_count = 1, .shard = 1, .shards = 1};
    refuse(&wish, "did you mean 'polling.enable'?");
    wish.ids = &ids[1];
    refuse(&wish, "did you mean 'absent.minus-one'?");
    wish.ids = &ids[2];
    refuse(&wish,
           "there is no claim 'nonsense\\x1b'; 'aerostat verify --list'");
}

static void a_filter_is_a_word_or_a_glob(void **state)
{
    struct selection_wish wish = {.shard = 1, .shards = 1};
    size_t all = selected(&wish);

    wish.filter = "minus-one";
    assert_int_equal(selected(&wish), FORMS);
    wish.filter = "*/pci";
    size_t one = selected(&wish);
    wish.filter = "/pci"; // five forms begin with it
    assert_int_equal(selected(&wish), 5 * one);
    assert_true(one > 0 && 5 * one < all);
    wish.filter = "*";
    assert_int_equal(selected(&wish), all);
    wish.filter = "nothing-like-this";
    refuse(&wish, "no case is left");
}

static void the_forms_are_all_cases_and_none_twice(void **state)
{
    struct selection_wish wish = {.shard = 1, .shards = 1};
    size_t all = selected(&wish);
    const char *form = SELECTION_ONCE;

    wish.forms = &form;
    wish.form_count = 1;
    size_t once = selected(&wish);
    form = fixture_forms[0].name;
    size_t each = selected(&wish);
    for (int i = 1; i < FORMS; i++) {
        form = fixture_forms[i].name;
        assert_int_equal(selected(&wish), each);
    }
    assert_int_equal(once + FORMS * each, all);
    const char *two[] = {"pci", SELECTION_ONCE};
    wish.forms = two;
    wish.form_count = 2;
    assert_int_equal(selected(&wish), once + each);
    two[1] = "modern";
    refuse(&wish, "there is no form 'modern', only once, mmio-legacy, mmio, "
                  "mmio-packed, pci,");
}

static void the_shards_are_all_cases_and_none_twice(void **state)
{
    struct selection_wish wish = {.shard = 1, .shards = 1};
    size_t all = selected(&wish);
    size_t sum = 0;

    wish.shards = 4;
    for (wish.shard = 1; wish.shard <= 4; wish.shard++) {
        size_t part = selected(&wish);
        assert_true(part >= all / 4 && part <= all / 4 + 1);
        sum += part;
    }
    assert_int_equal(sum, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_claim_has_an_id_of_its_own),
        cmocka_unit_test(each_claim_is_complete),
        cmocka_unit_test(the_claims_of_a_group_stand_together),
        cmocka_unit_test(versions_are_read_and_known),
        cmocka_unit_test(an_expectation_can_change_with_a_version),
        cmocka_unit_test(an_id_is_a_claim_a_case_or_a_group),
        cmocka_unit_test(an_unknown_id_is_refused_with_a_suggestion),
        cmocka_unit_test(a_filter_is_a_word_or_a_glob),
        cmocka_unit_test(the_forms_are_all_cases_and_none_twice),
        cmocka_unit_test(the_shards_are_all_cases_and_none_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
