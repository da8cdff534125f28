// SPDX-License-Identifier: MIT
// A QMP session with input that is not QMP: other protocols, bad bytes, and
// invalid or too large numbers.
#include "qmp/session.h"

#include "qmp/json.h"
#include "unit/host/client.h"

// --- Not QMP ----------------------------------------------------------------

static void check_greeting_refused(const char *greeting, size_t length,
                                   const char *reason)
{
    const struct step steps[] = {{BYTES, greeting, length}, {LISTEN, NULL, 0}};
    struct client *client = client_new(steps);

    if (client_open(client, PLENTY)) {
        fail_msg("opened with %s", greeting);
    }
    if (client->failure.code != CODE_PROTOCOL) {
        fail_msg("%s: %s", greeting, client->failure.text);
    }
    check_contains(client->failure.text, reason);
    client_end(client);
}

static void a_human_monitor_is_named(void **state)
{
    check_greeting_refused(
        "QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) ", 0,
        "HMP");
}

static void another_protocol_is_shown(void **state)
{
    check_greeting_refused("HTTP/1.1 400 Bad Request\r\n", 0, "HTTP/1.1 400");
    check_greeting_refused("SSH-2.0-OpenSSH_9.2\r\n", 0, "SSH-2.0");
    check_greeting_refused("\x1b[31mred\x07", 0, "\\x1b[31mred\\x07");
    check_greeting_refused("\0\0\0\1", 4, "\\x00\\x00\\x00\\x01");
    check_greeting_refused("[1]", 0, "[1]");
    check_greeting_refused("\"QMP\"", 0, "QMP");
    check_greeting_refused("7", 0, "7");
}

static void a_message_that_greets_not_is_refused(void **state)
{
    check_greeting_refused("{}", 0, "no greeting");
    check_greeting_refused("{\"return\": {}}", 0, "no greeting");
    check_greeting_refused("{\"QMP\": 1}", 0, "no greeting");
    check_greeting_refused("{\"QMP\": null}", 0, "no greeting");
    check_greeting_refused("{\"QMP\": {}}", 0, "version");
    check_greeting_refused("{\"QMP\": {\"version\": {\"qemu\": []}}}", 0,
                           "version");
    check_greeting_refused("{\"QMP\": {\"version\": {\"qemu\": {\"major\": "
                           "-1, \"minor\": 2, \"micro\": 3}}}}",
                           0, "version");
}

static void refused_capabilities_open_no_session(void **state)
{
    static const struct step steps[] = {
        {SAY, GREETING, 0},
        {HEAR, "\"qmp_capabilities\"", 0},
        {SAY,
         "{\"id\": @0, \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
         "\"no\"}}",
         0},
        {LISTEN, NULL, 0}};
    struct client *client = client_new(steps);

    assert_false(client_open(client, PLENTY));
    assert_int_equal(client->failure.code, CODE_PROTOCOL);
    assert_string_equal(client->failure.error_class, "CommandNotFound");
    client_end(client);
}

static void an_event_before_the_greeting_is_kept(void **state)
{
    static const struct step steps[] = {
        {SAY, "{\"event\": \"EARLY\"}", 0}, OPENING, {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    assert_int_equal(session_events(client->session)->count, 1);
    client_end(client);
}

// --- Bad bytes --------------------------------------------------------------

static void check_reply_refused(const char *reply, size_t length)
{
    const struct step steps[] = {OPENING,
                                 {HEAR, "\"stop\"", 0},
                                 {BYTES, reply, length},
                                 {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_refused(client, "stop", CODE_PROTOCOL, "");
    assert_int_equal(session_state(client->session), SESSION_BROKEN);
    client_refused(client, "cont", CODE_PROTOCOL, "before 'cont'");
    client_end(client);
}

static void a_reply_that_is_no_json_breaks_the_session(void **state)
{
    static const char *const replies[] = {
        "{\"return\": \"\xff\", \"id\": 2}",     // not UTF-8 at all
        "{\"return\": \"\xc3\", \"id\": 2}",     // half a character
        "{\"return\": \"\xe2\x82\", \"id\": 2}", // two thirds of one
        "{\"return\": \"\x80\", \"id\": 2}",     // a tail without its head
        "{\"return\": \"\t\", \"id\": 2}",       // a bare control character
        "{\"return\": {}, \"id\": 2,}",
        "{\"return\": {} \"id\": 2}",
        "{'return': {}, 'id': 2}",
        "{\"return\": NaN, \"id\": 2}",
        "{\"return\": Infinity, \"id\": 2}",
        "{\"return\": [}], \"id\": 2}",
        "{\"return\": \"\\x41\", \"id\": 2}",
        "{\"return\": 1 /* one */, \"id\": 2}",
        "{\"return\": 18446744073709551616, \"id\": 2}",
        "{\"return\": -9223372036854775809, \"id\": 2}",
        "{\"return\": 01, \"id\": 2}",
        "{return: 1, \"id\": 2}",
        "] {\"return\": 1, \"id\": 2}",
        "ok",
    };

    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        check_reply_refused(replies[i], 0);
    }
}

static void a_nul_breaks_the_session(void **state)
{
    static const char in_string[] = "{\"return\": \"a\0b\", \"id\": 2}";
    static const char between[] = "{\"return\":\0 1, \"id\": 2}";
    static const char before[] = "\0{\"return\": 1, \"id\": 2}";

    check_reply_refused(in_string, sizeof in_string - 1);
    check_reply_refused(between, sizeof between - 1);
    check_reply_refused(before, sizeof before - 1);
}

static void a_lone_surrogate_is_no_way_to_smuggle_bytes(void **state)
{
    static const char *const strings[] = {"\\ud800", "\\udc00", "\\ud800x",
                                          "\\udc00\\ud800"};

    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        char reply[80];
        const struct step steps[] = {
            OPENING, {HEAR, "\"stop\"", 0}, {SAY, reply, 0}, {LISTEN, NULL, 0}};
        struct client *client;
        char *text;

        snprintf(reply, sizeof reply, "{\"return\": \"%s\", \"id\": @1}",
                 strings[i]);
        client = client_opened(steps);
        text = client_ask(client, "stop", PLENTY);
        // Refused, or replaced by U+FFFD; never the surrogate's own bytes.
        if (text) {
            assert_null(strstr(text, "\xed\xa0"));
            assert_null(strstr(text, "\xed\xb0"));
            check_contains(text, "\xef\xbf\xbd");
        } else {
            assert_int_equal(client->failure.code, CODE_PROTOCOL);
        }
        free(text);
        client_end(client);
    }
}

static void depth_has_an_end(void **state)
{
    enum {
        BOMB = 100000
    };
    static const char *const openings[] = {"[", "{\"a\":"};

    for (int i = 0; i < 2; i++) {
        size_t length = strlen(openings[i]);
        char *reply = malloc(BOMB * (length + 1) + 64);
        char *at = reply + sprintf(reply, "{\"return\": ");

        for (int j = 0; j < BOMB; j++) {
            at = memcpy(at, openings[i], length);
            at += length;
        }
        at += sprintf(at, "1");
        memset(at, i == 0 ? ']' : '}', BOMB);
        strcpy(at + BOMB, ", \"id\": 2}");
        check_reply_refused(reply, 0);
        free(reply);
    }
}

static void a_key_that_stands_twice_breaks_the_session(void **state)
{
    check_reply_refused("{\"return\": 1, \"id\": 77, \"return\": 2, \"id\": 2}",
                        0);
    check_reply_refused("{\"return\": 1, \"id\": 2, \"id\": 2}", 0);
    check_reply_refused("{\"return\": {\"a\": 1, \"a\": 1}, \"id\": 2}", 0);
    check_reply_refused("{\"return\": 1, \"id\\u0000\": 1, \"id\": 2}", 0);
}

// "SHUTDOWN" as the first word of an event's name is not the event.
static void a_name_with_a_nul_is_no_name(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"stop\"", 0},
        {SAY, "{\"event\": \"SHUTDOWN\\u0000X\"}", 0},
        {SAY, "{\"return\": 1, \"id\": @1}", 0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_expect(client, "stop", "1");
    assert_int_equal(session_events(client->session)->count, 0);
    check_contains(client->notes, "no event");
    client_end(client);
}

// --- Numbers ----------------------------------------------------------------

// The value of "return", read as an unsigned number.
static enum json_integer read_return(const char *value, uint64_t *number)
{
    char reply[128];
    const struct step steps[] = {
        OPENING, {HEAR, "\"stop\"", 0}, {SAY, reply, 0}, {LISTEN, NULL, 0}};
    struct json_object *result = NULL;
    struct client *client;
    enum json_integer kind;

    snprintf(reply, sizeof reply, "{\"return\": %s, \"id\": @1}", value);
    client = client_opened(steps);
    assert_true(session_execute(client->session, "stop", NULL,
                                deadline_in_ms(PLENTY), &result,
                                &client->failure));
    kind = json_uint64(result, number);
    json_object_put(result);
    client_end(client);
    return kind;
}

static void all_of_64_bits_come_through_exactly(void **state)
{
    static const uint64_t values[] = {0,
                                      1,
                                      INT64_MAX,
                                      1ull << 63,
                                      9007199254740993,
                                      18446744073709551613u,
                                      UINT64_MAX};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[32];
        uint64_t number = 12345;

        snprintf(text, sizeof text, "%llu", (unsigned long long)values[i]);
        assert_int_equal(read_return(text, &number), JSON_INTEGER_OK);
        assert_int_equal(number, values[i]);
    }
}

static void what_is_no_unsigned_integer_is_told_so(void **state)
{
    static const char *const wrong[] = {"1.5",   "1e3",  "1.0",   "1E2",
                                        "\"1\"", "true", "[1]",   "{}",
                                        "null",  "0.0",  "1e400", "-1.5"};
    uint64_t number = 0;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (read_return(wrong[i], &number) != JSON_INTEGER_WRONG) {
            fail_msg("%s is an integer", wrong[i]);
        }
    }
    assert_int_equal(read_return("-1", &number), JSON_INTEGER_NEGATIVE);
    assert_int_equal(number, 1);
    assert_int_equal(read_return("-9223372036854775808", &number),
                     JSON_INTEGER_NEGATIVE);
    assert_int_equal(number, 1ull << 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_human_monitor_is_named),
        cmocka_unit_test(another_protocol_is_shown),
        cmocka_unit_test(a_message_that_greets_not_is_refused),
        cmocka_unit_test(refused_capabilities_open_no_session),
        cmocka_unit_test(an_event_before_the_greeting_is_kept),
        cmocka_unit_test(a_reply_that_is_no_json_breaks_the_session),
        cmocka_unit_test(a_nul_breaks_the_session),
        cmocka_unit_test(a_lone_surrogate_is_no_way_to_smuggle_bytes),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(a_key_that_stands_twice_breaks_the_session),
        cmocka_unit_test(a_name_with_a_nul_is_no_name),
        cmocka_unit_test(all_of_64_bits_come_through_exactly),
        cmocka_unit_test(what_is_no_unsigned_integer_is_told_so),
    };

    return cmocka_run_group_tests_name("host_session_nonsense", tests, NULL,
                                       NULL);
}
