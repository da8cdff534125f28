// SPDX-License-Identifier: MIT
// Strict JSON, its members' types, and the framer that finds where it ends.
#include "qmp/json.h"

#include <stdlib.h>

#include "qmp/framer.h"
#include "unit/checks.h"

static struct json_object *parse(const char *text, size_t length)
{
    // A copy that is just as long, so that the sanitizer watches its end.
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

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_json(texts[i], true);
    }
}

static void a_bare_number_is_a_value(void **state)
{
    (void)state;
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

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_json(texts[i], false);
    }
    assert_null(parse("{}\0", 3));
    assert_null(parse("\0{}", 3));
    assert_null(parse("[\"a\0\"]", 6));
}

static void digits_are_where_rfc_8259_wants_them(void **state)
{
    (void)state;
    check_json("[1.]", false);
    check_json("[-01]", false);
    check_json("[0.1e1]", true);
}

static void levels_are_counted(void **state)
{
    char text[4 * JSON_DEPTH];

    (void)state;
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

    (void)state;
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
    static const char text[] = "{\"s\":\"x\",\"o\":{},\"n\":1,\"z\":null}";
    struct json_object *value = parse(text, sizeof text - 1);
    uint64_t number = 0;

    (void)state;
    assert_string_equal(json_member_string(value, "s"), "x");
    assert_non_null(json_member_object(value, "o"));
    assert_int_equal(json_uint64(json_member(value, "n"), &number),
                     JSON_INTEGER_OK);
    assert_null(json_member_string(value, "n"));
    assert_null(json_member_string(value, "z"));
    assert_null(json_member_string(value, "none"));
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

    (void)state;
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

    (void)state;
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

    (void)state;
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

    (void)state;
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
