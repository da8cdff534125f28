// SPDX-License-Identifier: MIT
// Strict JSON, the types of members, and the framer that finds a value's end.
#include "qmp/json.h"

#include <stdlib.h>

#include "qmp/framer.h"
#include "unit/checks.h"

// Bytes allocated by the sanitizer's malloc, without its own padding.
size_t __sanitizer_get_current_allocated_bytes(void);

static size_t allocated(void)
{
    return __sanitizer_get_current_allocated_bytes();
}

static struct json_object *parse(const char *text, size_t length)
{
    // A copy of the exact length, so that the sanitizer watches its end.
    char *copy = malloc(length ? length : 1);
    const char *reason = NULL;

    memcpy(copy, text, length);
    struct json_object *value = json_parse(copy, length, &reason);
    assert_int_equal(value == NULL, reason != NULL);
    free(copy);
    return value;
}

static void check_json(const char *text, bool valid)
{
    struct json_object *value = parse(text, strlen(text));

    if (valid != (value != NULL)) {
        fail_msg("%s is %s", text, valid ? "refused" : "accepted");
    }
    json_object_put(value);
}

static void what_rfc_8259_allows_is_accepted(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        " \t\r\n{} \t\r\n",
        "\"\"",
        "true ",
        "{\"a\":[1,-2,3.5e-7,true,false,null,\"x\"]}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83c\\udf88\"",
        "[18446744073709551615,-9223372036854775808,-0,0]",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x88\x7f\"",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_json(texts[i], true);
    }
}

static void a_bare_number_is_a_value(void **state)
{
    check_json("1", true);
    check_json("-42", true);
    check_json("1.5", true);
}

static void what_json_c_would_let_pass_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "[1",
        "\"a",
        "nul",
        "tru",
        "{} {}",
        "{}x",
        "1 2",
        "[] ]",
        "{'a':1}",
        "{a:1}",
        "[1,]",
        "{\"a\":1,}",
        "[,1]",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\":}",
        "{:1}",
        "NaN",
        "[Infinity]",
        "[-Infinity]",
        "[-]",
        "[+1]",
        "[01]",

        "[.5]",
        "[1e]",
        "[0x10]",
        "[--1]",
        "[TRUE]",
        "[Null]",
        "[\"\\x41\"]",
        "[\"\\u12\"]",
        "[\"\\u12g4\"]",
        "[\"\\\"]",
        "[\"\t\"]",
        "[\"\n\"]",
        "[\"\x01\"]",
        "/* c */ []",
        "[] // c",
        "[1 /* c */]",
        "[18446744073709551616]",
        "[-9223372036854775809]",
        "[99999999999999999999999999]",
        "[\"\xff\"]",
        "[\"\xc3\"]",
        "[\"\x80\"]",
        "[\"\xf0\x9f\x8e\"]",
        "\xef\xbb\xbf{}", // a byte order mark
        "null",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_json(texts[i], false);
    }
    assert_null(parse("{}\0", 3));
    assert_null(parse("\0{}", 3));
    assert_null(parse("[\"a\0\"]", 6));
}

static void a_key_stands_once_in_its_object(void **state)
{
    check_json("{\"a\":1,\"a\":1}", false);
    check_json("{\"a\":null,\"b\":2,\"a\":null}", false);
    check_json("[1,{\"x\":{\"a\":{},\"a\":[]}}]", false);
    check_json("{\"a\":{},\"\\u0061\":{}}", false); // a duplicate key
    check_json("{\"\":1,\"\":2}", false);
    check_json("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":1}", true);
    check_json("{\"a\":\"b:c:\\\":\",\"b:\":\":\"}", true);
}

static void a_key_has_no_nul(void **state)
{
    check_json("{\"a\\u0000b\":1}", false);
    check_json("{\"\\u0000\" \t: 1}", false);
    check_json("[{\"a\":{\"\\\\\\u0000\":1}}]", false);
    check_json("{\"a\\\\u0000\":1}", true); // a backslash, then u0000
    check_json("{\"a\\u00001\":1}", false); // a NUL, then 1
    check_json("{\"a\\u0001\":\"\\u0000\"}", true);
    check_json("{\"a\":\"\\u0000\",\"b\":1}", true);
}

// A text of the repeated unit, to be freed.
static char *many(const char *head, const char *unit, const char *tail,
                  size_t times)
{
    size_t room = strlen(head) + strlen(unit) * times + strlen(tail) + 1;
    char *text = malloc(room);
    char *at = stpcpy(text, head);

    for (size_t i = 0; i < times; i++) {
        at = stpcpy(at, unit);
    }
    strcpy(at, tail);
    return text;
}

static void what_would_take_too_much_memory_is_refused(void **state)
{
    static const char *const units[] = {"1,",    "{},",  "[],",       "null,",
                                        "\"\",", "1.5,", "{\"a\":1},"};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t each = json_cost(units[i], strlen(units[i]));
        size_t most = JSON_MEMORY / each - 10; // the array's own cost
        char *fits = many("[", units[i], "0]", most);
        char *too_much = many("[", units[i], "0]", most + 20);

        check_json(fits, true);
        check_json(too_much, false);
        assert_true(json_cost(fits, strlen(fits)) <= JSON_MEMORY);
        assert_true(json_cost(too_much, strlen(too_much)) > JSON_MEMORY);
        free(fits);
        free(too_much);
    }
}

// Measured by malloc's bytes, which the estimate must not be below.
static void no_value_takes_more_than_its_cost(void **state)
{
    static const char *const units[] = {
        "1,",
        "{},",
        "[],",
        "null,",
        "true,",
        "\"\",",
        "\"abcdefghijklmnopq\",",
        "1.5,",
        "-9223372036854775808,",
        "1234567890.1234567890e-300,",
        "{\"a\":1},",
        "{\"abcdefghijklmnopqrstuvwxyz\":{}},",
        "[[[1]]],",
        "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,"
        "\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13,\"n\":14},"};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t each = json_cost(units[i], strlen(units[i]));
        char *text = many("[", units[i], "0]", JSON_MEMORY / 2 / each);
        const char *reason;
        size_t before = allocated();
        struct json_object *value = json_parse(text, strlen(text), &reason);
        size_t taken = allocated() - before;

        assert_non_null(value);
        if (taken > json_cost(text, strlen(text))) {
            fail_msg("%s: %zu bytes in all", units[i], taken);
        }
        json_object_put(value);
        free(text);
    }
}

static void digits_are_where_rfc_8259_wants_them(void **state)
{
    check_json("[1.]", false);
    check_json("[-01]", false);
    check_json("[0.1e1]", true);
}

static void levels_are_counted(void **state)
{
    char text[4 * JSON_DEPTH];

    for (int depth = 1; depth < 2 * JSON_DEPTH; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        if (depth < JSON_DEPTH || depth > JSON_DEPTH) {
            check_json(text, depth < JSON_DEPTH);
        }
    }
}

static void random_bytes_never_upset_the_parser(void **state)
{
    static const char bytes[] = "{}[]\",:\\0123456789.-+eEtrufalsn u\xc3\xff ";
    uint64_t seed = 31337;

    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t length = (next_random(&seed) >> 32) % sizeof text;

        for (size_t i = 0; i < length; i++) {
            text[i] = bytes[(next_random(&seed) >> 32) % sizeof bytes];
        }
        json_object_put(parse(text, length));
    }
}

static void members_are_given_only_with_their_type(void **state)
{
    static const char text[] = "{\"s\":\"x\",\"o\":{},\"n\":1,\"z\":null,"
                               "\"cut\":\"a\\u0000b\"}";
    struct json_object *value = parse(text, sizeof text - 1);
    uint64_t number = 0;

    assert_string_equal(json_member_string(value, "s"), "x");
    assert_non_null(json_member_object(value, "o"));
    assert_int_equal(json_uint64(json_member(value, "n"), &number),
                     JSON_INTEGER_OK);
    assert_null(json_member_string(value, "n"));
    assert_null(json_member_string(value, "z"));
    assert_null(json_member_string(value, "none"));
    assert_null(json_member_string(value, "cut")); // nothing is cut off
    assert_null(json_member_object(value, "s"));
    assert_null(json_member(value, "none"));
    assert_null(json_member(json_member(value, "s"), "x"));
    assert_null(json_member_string(NULL, "s"));
    assert_int_equal(json_uint64(NULL, &number), JSON_INTEGER_WRONG);
    json_object_put(value);
}

// --- The framer -------------------------------------------------------------

static enum framer_result next(struct framer *framer, char *out)
{
    const char *text = NULL;
    size_t length = 0;
    enum framer_result result = framer_next(framer, &text, &length);

    if (result == FRAMER_MESSAGE) {
        memcpy(out, text, length);
        out[length] = '\0';
    }
    return result;
}

static void objects_are_cut_out_of_any_pieces(void **state)
{
    static const char stream[] =
        " {\"a\":\"}\\\"\\\\\"}{}\r\n\r\n\t{\"b\":{}}\n";
    static const char *const whole[] = {"{\"a\":\"}\\\"\\\\\"}", "{}",
                                        "{\"b\":{}}"};
    char out[64];

    for (size_t piece = 1; piece < sizeof stream; piece++) {
        struct framer *framer = framer_create();
        size_t found = 0;

        for (size_t at = 0; at < sizeof stream - 1; at += piece) {
            size_t left = sizeof stream - 1 - at;

            framer_push(framer, stream + at, left < piece ? left : piece);
            while (next(framer, out) == FRAMER_MESSAGE) {
                assert_true(found < 3);
                assert_string_equal(out, whole[found++]);
            }
        }
        assert_int_equal(found, 3);
        assert_int_equal(framer_pending(framer), 0);
        framer_destroy(framer);
    }
}

static void a_begun_object_is_pending(void **state)
{
    struct framer *framer = framer_create();
    char out[64];

    assert_int_equal(next(framer, out), FRAMER_MORE);
    framer_push(framer, "{} \r\n", 5);
    assert_int_equal(next(framer, out), FRAMER_MESSAGE);
    assert_int_equal(next(framer, out), FRAMER_MORE);
    assert_int_equal(framer_pending(framer), 0);
    framer_push(framer, "  {\"a", 5);
    assert_int_equal(next(framer, out), FRAMER_MORE);
    assert_int_equal(framer_pending(framer), 3);
    framer_destroy(framer);
}

static void garbage_stays_garbage(void **state)
{
    struct framer *framer = framer_create();
    char out[64];

    framer_push(framer, "{} x{}", 6);
    assert_int_equal(next(framer, out), FRAMER_MESSAGE);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(next(framer, out), FRAMER_GARBAGE);
        framer_push(framer, "{}", 2);
    }
    framer_destroy(framer);
    framer_destroy(NULL);
}

static void oversize_stays_oversize(void **state)
{
    enum {
        BLOCK = 1 << 20
    };
    struct framer *framer = framer_create();
    char *block = malloc(BLOCK);
    char out[64];

    memset(block, '{', BLOCK);
    for (int i = 0; i < FRAMER_LIMIT / BLOCK; i++) {
        framer_push(framer, block, BLOCK);
        assert_int_equal(next(framer, out), FRAMER_MORE);
    }
    for (int i = 0; i < 2; i++) {
        framer_push(framer, "}", 1);
        assert_int_equal(next(framer, out), FRAMER_OVERSIZE);
    }
    free(block);
    framer_destroy(framer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rfc_8259_allows_is_accepted),
        cmocka_unit_test(a_bare_number_is_a_value),
        cmocka_unit_test(what_json_c_would_let_pass_is_refused),
        cmocka_unit_test(a_key_stands_once_in_its_object),
        cmocka_unit_test(a_key_has_no_nul),
        cmocka_unit_test(what_would_take_too_much_memory_is_refused),
        cmocka_unit_test(no_value_takes_more_than_its_cost),
        cmocka_unit_test(digits_are_where_rfc_8259_wants_them),
        cmocka_unit_test(levels_are_counted),
        cmocka_unit_test(random_bytes_never_upset_the_parser),
        cmocka_unit_test(members_are_given_only_with_their_type),
        cmocka_unit_test(objects_are_cut_out_of_any_pieces),
        cmocka_unit_test(a_begun_object_is_pending),
        cmocka_unit_test(garbage_stays_garbage),
        cmocka_unit_test(oversize_stays_oversize),
    };

    return cmocka_run_group_tests_name("host_json", tests, NULL, NULL);
}
