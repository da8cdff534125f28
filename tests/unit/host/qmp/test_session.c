// SPDX-License-Identifier: MIT
// A QMP session against a scripted monitor: greeting, ids, errors, events, and
// every way to cut its output into reads.
#include "qmp/session.h"

#include "unit/host/client.h"

static void greeting_and_capabilities_make_it_ready(void **state)
{
    static const struct step steps[] = {OPENING, {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    assert_int_equal(session_state(client->session), SESSION_READY);
    assert_string_equal(session_qemu_version(client->session), "7.2.22");
    client_end(client);
}

static void a_reply_is_the_value_of_return(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"query-status\"", 0},
        {SAY, "{\"return\": {\"running\": true}, \"id\": @1}", 0},
        {HEAR, "\"qom-get\"", 0},
        {SAY, "{\"id\": @2, \"return\": [1, \"a}{\"]}", 0},
        {HEAR, "\"stop\"", 0},
        {SAY, "{\"return\": 0, \"id\": @3}", 0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_expect(client, "query-status", "{\"running\":true}");
    client_expect(client, "qom-get", "[1,\"a}{\"]");
    client_expect(client, "stop", "0");
    client_end(client);
}

// --- Cuts -------------------------------------------------------------------

// Everything that is hard to cut: braces, quotes and backslashes in strings,
// characters of several bytes, white space, values without a separator.
static const struct step long_exchange[] = {
    {BYTES, "\r\n \t\n", 0},
    OPENING,
    {HEAR, "\"one\"", 0},
    {BYTES, "\r\n\r\n", 0},
    {SAY,
     "{\"event\": \"A\", \"data\": {\"path\": \"}{\\\"\\\\\"}, "
     "\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}{\"return\": "
     "{\"s\": \"\\u00e9\\n{[\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x88\"}, "
     "\"id\": @1}  {\"event\": \"B\"}",
     0},
    {HEAR, "\"two\"", 0},
    {SAY,
     "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no }\"}, "
     "\"id\": @2}",
     0},
    {HEAR, "\"three\"", 0},
    {SAY, "{\"return\": {\"n\": 18446744073709551615}, \"id\": @3}", 0},
    {LISTEN, NULL, 0}};

static void check_long_exchange(struct client *client)
{
    struct json_object *event;

    client_expect(
        client, "one",
        "{\"s\":\"\xc3\xa9\\n{[\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x88\"}");
    client_refused(client, "two", CODE_PROTOCOL, "no }");
    client_expect(client, "three", "{\"n\":18446744073709551615}");
    for (const char *name = "A"; *name; name = *name == 'A' ? "B" : "") {
        event = events_take(session_events(client->session));
        assert_non_null(event);
        assert_string_equal(
            json_object_get_string(json_object_object_get(event, "event")),
            name);
        json_object_put(event);
    }
    assert_string_equal(client->notes, "");
}

static size_t length_of_long_exchange(void)
{
    struct client *client = client_opened(long_exchange);

    check_long_exchange(client);
    return client_end(client);
}

static void a_cut_after_any_byte_changes_nothing(void **state)
{
    size_t length = length_of_long_exchange();

    assert_true(length > 400);
    for (size_t at = 1; at < length; at++) {
        struct client *client = client_new(long_exchange);

        client->server.split_at = at;
        if (!client_open(client, PLENTY)) {
            fail_msg("cut after %zu: %s", at, client->failure.text);
        }
        check_long_exchange(client);
        client_end(client);
    }
}

static void bytes_that_come_one_by_one_change_nothing(void **state)
{
    for (size_t chunk = 1; chunk < 8; chunk++) {
        struct client *client = client_new(long_exchange);

        client->server.chunk = chunk;
        assert_true(client_open(client, PLENTY));
        check_long_exchange(client);
        client_end(client);
    }
}

static void an_end_after_any_byte_is_a_death_of_qemu(void **state)
{
    size_t length = length_of_long_exchange();

    for (size_t at = 1; at < length; at++) {
        struct client *client = client_new(long_exchange);
        bool ok = true;

        client->server.close_at = at;
        ok = client_open(client, PLENTY);
        for (int i = 0; ok && i < 3; i++) {
            char *text = client_ask(client,
                                    i == 0   ? "one"
                                    : i == 1 ? "two"
                                             : "three",
                                    PLENTY);

            ok = text || client->failure.code == CODE_PROTOCOL;
            free(text);
        }
        // Only the line end after the last reply may be missing.
        if (ok ? at < length - 2 : client->failure.code != CODE_QEMU_DIED) {
            fail_msg("end after %zu: %s", at, client->failure.text);
        }
        client_end(client);
    }
}

static void a_reply_right_before_the_end_still_counts(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"quit\"", 0},
        {SAY, "{\"return\": {}, \"id\": @1}", 0},
        {HANG_UP, NULL, 0}};
    struct client *client = client_opened(steps);

    client_expect(client, "quit", "{}");
    client_refused(client, "stop", CODE_QEMU_DIED, "closed the monitor");
    client_end(client);
}

// --- Ids --------------------------------------------------------------------

static void replies_with_strange_ids_are_not_ours(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"stop\"", 0},
        {SAY, "{\"return\": 1, \"id\": 987654}", 0},
        {SAY, "{\"return\": 2, \"id\": \"@1\"}", 0},
        {SAY, "{\"return\": 3, \"id\": null}", 0},
        {SAY, "{\"return\": 4, \"id\": -@1}", 0},
        {SAY, "{\"return\": 5, \"id\": @1.0}", 0},
        {SAY, "{\"return\": 6, \"id\": {\"id\": @1}}", 0},
        {SAY, "{\"return\": 7, \"id\": @0}", 0},
        {SAY, "{\"return\": 8}", 0},
        {SAY, "{\"error\": {\"class\": \"X\", \"desc\": \"y\"}, \"id\": 0}", 0},
        {SAY, "{\"return\": 9, \"id\": @1}", 0},
        {SAY, "{\"return\": 10, \"id\": @1}", 0},
        {HEAR, "\"cont\"", 0},
        {SAY, "{\"return\": 11, \"id\": @2}", 0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_expect(client, "stop", "9");
    client_expect(client, "cont", "11");
    check_contains(client->notes, "dropped a reply");
    client_end(client);
}

static void an_error_without_id_belongs_to_the_command_in_flight(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"stop\"", 0},
        {SAY,
         "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse "
         "error\"}}",
         0},
        {HEAR, "\"cont\"", 0},
        {SAY, "{\"return\": {}, \"id\": @2}", 0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_refused(client, "stop", CODE_PROTOCOL, "JSON parse error");
    client_expect(client, "cont", "{}");
    client_end(client);
}

static void an_answer_with_two_faces_is_a_refusal(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"stop\"", 0},
        {SAY,
         "{\"return\": {}, \"error\": {\"class\": \"C\", \"desc\": \"d\"}, "
         "\"id\": @1}",
         0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_refused(client, "stop", CODE_PROTOCOL, "d");
    client_end(client);
}

// --- Silence ----------------------------------------------------------------

static void silence_at_the_greeting_is_a_busy_monitor(void **state)
{
    static const struct step steps[] = {{LISTEN, NULL, 0}};
    struct client *client = client_new(steps);

    assert_false(client_open(client, LITTLE));
    assert_int_equal(client->failure.code, CODE_MONITOR_BUSY);
    check_contains(client->failure.text, "busy");
    client_end(client);
}

static void a_peer_that_speaks_and_does_not_greet_is_no_monitor(void **state)
{
    static const char *const beginnings[][2] = {
        {"\r\n", " 2 bytes"},
        {"{\"QMP\": {\"ver", " 13 bytes"},
        {"{\"event\": \"EARLY\"}", " 18 bytes"}};

    for (int i = 0; i < 3; i++) {
        const struct step steps[] = {{BYTES, beginnings[i][0], 0},
                                     {LISTEN, NULL, 0}};
        struct client *client = client_new(steps);
        char byte;

        client->fd = server_start(&client->server);
        // Waits for the bytes: they are readable at the session's first look.
        assert_int_equal(recv(client->fd, &byte, 1, MSG_PEEK), 1);
        assert_false(client_greet(client, LITTLE));
        assert_int_equal(client->failure.code, CODE_PROTOCOL);
        check_contains(client->failure.text, beginnings[i][1]);
        client_end(client);
    }
}

static void silence_at_a_command_names_what_was_awaited(void **state)
{
    static const struct step steps[] = {
        OPENING, {HEAR, "\"query-status\"", 0}, {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    assert_null(client_ask(client, "query-status", LITTLE));
    assert_int_equal(client->failure.code, CODE_TIMEOUT);
    check_contains(client->failure.text, "waited for");
    check_contains(client->failure.text, "query-status");
    assert_int_equal(session_state(client->session), SESSION_READY);
    client_end(client);
}

static void silence_at_the_capabilities_names_them(void **state)
{
    static const struct step steps[] = {{SAY, GREETING, 0},
                                        {HEAR, "\"qmp_capabilities\"", 0},
                                        {LISTEN, NULL, 0}};
    struct client *client = client_new(steps);
    struct pollfd file = {.events = POLLIN};

    client->fd = file.fd = server_start(&client->server);
    assert_int_equal(poll(&file, 1, PLENTY), 1); // the greeting is readable
    assert_false(client_greet(client, LITTLE));
    assert_int_equal(client->failure.code, CODE_TIMEOUT);
    check_contains(client->failure.text, "qmp_capabilities");
    client_end(client);
}

static void events_do_not_put_a_deadline_off(void **state)
{
    struct step steps[2003] = {OPENING, {HEAR, "\"stop\"", 0}};
    struct client *client;

    for (int i = 4; i < 2002; i++) {
        steps[i] = (struct step){SAY, "{\"event\": \"X\"}", 0};
    }
    client = client_new(steps);
    client->server.chunk = 16;
    assert_true(client_open(client, PLENTY));
    assert_null(client_ask(client, "stop", 1));
    assert_int_equal(client->failure.code, CODE_TIMEOUT);
    client_end(client);
}

static void a_late_reply_is_swallowed_and_the_next_command_works(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"slow\"", 0},
        {HEAR, "\"slower\"", 0},
        {HEAR, "\"stop\"", 0},
        {SAY, "{\"return\": \"late\", \"id\": @1}", 0},
        {SAY, "{\"error\": {\"class\": \"C\", \"desc\": \"late\"}, \"id\": @2}",
         0},
        {SAY, "{\"return\": \"in time\", \"id\": @3}", 0},
        {HEAR, "\"cont\"", 0},
        {SAY, "{\"return\": \"once more\", \"id\": @1}", 0},
        {SAY, "{\"return\": {}, \"id\": @4}", 0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    assert_null(client_ask(client, "slow", LITTLE));
    assert_null(client_ask(client, "slower", LITTLE));
    client_expect(client, "stop", "\"in time\"");
    client_expect(client, "cont", "{}");
    assert_string_equal(client->notes,
                        "dropped a late reply\ndropped a late reply\n"
                        "dropped a reply to no command of this session\n");
    client_end(client);
}

// --- Errors -----------------------------------------------------------------

static void an_error_carries_class_and_desc(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"qom-get\"", 0},
        {SAY,
         "{\"id\": @1, \"error\": {\"class\": \"DeviceNotFound\", \"desc\": "
         "\"Device 'x' not found\"}}",
         0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_refused(client, "qom-get", CODE_PROTOCOL, "Device 'x' not found");
    check_contains(client->failure.text, "qom-get");
    check_contains(client->failure.text, "DeviceNotFound");
    assert_string_equal(client->failure.error_class, "DeviceNotFound");
    assert_int_equal(session_state(client->session), SESSION_READY);
    client_end(client);
}

static void an_errors_control_characters_reach_no_terminal(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "\"stop\"", 0},
        {SAY,
         "{\"id\": @1, \"error\": {\"class\": \"\\u001b[2Jclass\\u009b\", "
         "\"desc\": \"\\u001b]0;desc\\u0007\\r\\n\\u007f\\u0085\"}}",
         0},
        {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);

    client_refused(client, "stop", CODE_PROTOCOL, "\\x1b]0;desc\\x07");
    check_contains(client->failure.error_class, "\\x1b[2Jclass");
    for (const char *at = client->failure.text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f ||
            (unsigned char)*at == 0xc2) {
            fail_msg("a control character in: %s", client->failure.text);
        }
    }
    client_end(client);
}

static void an_error_without_its_members_is_an_error_all_the_same(void **state)
{
    static const char *const errors[] = {
        "{\"error\": {}, \"id\": @1}", "{\"error\": null, \"id\": @1}",
        "{\"error\": \"x\", \"id\": @1}",
        "{\"error\": {\"class\": 1, \"desc\": 2}, \"id\": @1}"};

    for (int i = 0; i < 4; i++) {
        const struct step steps[] = {OPENING,
                                     {HEAR, "\"stop\"", 0},
                                     {SAY, errors[i], 0},
                                     {LISTEN, NULL, 0}};
        struct client *client = client_opened(steps);

        client_refused(client, "stop", CODE_PROTOCOL, "stop");
        client_end(client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeting_and_capabilities_make_it_ready),
        cmocka_unit_test(a_reply_is_the_value_of_return),
        cmocka_unit_test(a_cut_after_any_byte_changes_nothing),
        cmocka_unit_test(bytes_that_come_one_by_one_change_nothing),
        cmocka_unit_test(an_end_after_any_byte_is_a_death_of_qemu),
        cmocka_unit_test(a_reply_right_before_the_end_still_counts),
        cmocka_unit_test(replies_with_strange_ids_are_not_ours),
        cmocka_unit_test(an_error_without_id_belongs_to_the_command_in_flight),
        cmocka_unit_test(an_answer_with_two_faces_is_a_refusal),
        cmocka_unit_test(silence_at_the_greeting_is_a_busy_monitor),
        cmocka_unit_test(a_peer_that_speaks_and_does_not_greet_is_no_monitor),
        cmocka_unit_test(silence_at_a_command_names_what_was_awaited),
        cmocka_unit_test(silence_at_the_capabilities_names_them),
        cmocka_unit_test(events_do_not_put_a_deadline_off),
        cmocka_unit_test(a_late_reply_is_swallowed_and_the_next_command_works),
        cmocka_unit_test(an_error_carries_class_and_desc),
        cmocka_unit_test(an_errors_control_characters_reach_no_terminal),
        cmocka_unit_test(an_error_without_its_members_is_an_error_all_the_same),
    };

    return cmocka_run_group_tests_name("host_session", tests, NULL, NULL);
}
