// SPDX-License-Identifier: MIT
// A monitor's address as typed by the user: its meaning, and refusals.
#include "qmp/address.h"

#include "unit/checks.h"

static struct address parsed(const char *text)
{
    struct address address;
    struct failure failure = {.code = CODE_OK};

    if (!address_parse(text, &address, &failure)) {
        fail_msg("\"%s\": %s", text, failure.text);
    }
    return address;
}

static void check_path(const char *text, const char *path)
{
    struct address address = parsed(text);

    assert_int_equal(address.kind, ADDRESS_UNIX);
    assert_string_equal(address.path, path);
    assert_int_equal(address.path_length, strlen(path) + 1);
}

static void check_tcp(const char *text, const char *host, const char *port)
{
    struct address address = parsed(text);

    assert_int_equal(address.kind, ADDRESS_TCP);
    assert_string_equal(address.host, host);
    assert_string_equal(address.port, port);
}

static void check_refused(const char *text, const char *reason)
{
    struct address address;
    struct failure failure = {.code = CODE_OK};

    if (address_parse(text, &address, &failure)) {
        fail_msg("\"%s\" is an address", text);
    }
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, reason);
}

static void a_path_is_a_unix_socket(void **state)
{
    check_path("/run/qmp.sock", "/run/qmp.sock");
    check_path("qmp.sock", "qmp.sock");
    check_path("./a:1", "./a:1");
    check_path("/tmp/a:4444", "/tmp/a:4444");
    check_path("unix:/run/q", "/run/q");
    check_path("unix:a:1", "a:1");
    check_path("unix:unix:x", "unix:x");
    check_path("unix:tcp:a:1", "tcp:a:1");
    check_path("name:word", "name:word"); // WORD is not a number
}

static void check_abstract(const char *text, const char *name)
{
    struct address address = parsed(text);

    assert_int_equal(address.kind, ADDRESS_UNIX);
    assert_int_equal(address.path_length, strlen(name) + 1);
    assert_int_equal(address.path[0], '\0');
    assert_memory_equal(address.path + 1, name, strlen(name));
}

static void an_at_sign_begins_an_abstract_name(void **state)
{
    char text[ADDRESS_PATH + 2] = "@";

    check_abstract("@qmp", "qmp");
    check_abstract("unix:@qmp", "qmp");
    check_abstract("@/run/qmp", "/run/qmp");
    check_abstract("@a:4444", "a:4444");
    check_abstract("@@", "@");
    check_path("./@qmp", "./@qmp");
    check_path("a@b", "a@b");
    check_refused("@", "name is empty");
    check_refused("unix:@", "name is empty");
    memset(text + 1, 'a', ADDRESS_PATH - 1);
    check_abstract(text, text + 1); // a path needs room for a NUL
    text[ADDRESS_PATH] = 'a';
    check_refused(text, "108 characters, a unix socket's may have 107");
    check_refused("unix:qmp,abstract=on", "@NAME");
    check_refused("qmp,abstract=on,tight=off", "@NAME");
}

static void host_and_port_are_tcp(void **state)
{
    check_tcp("localhost:4444", "localhost", "4444");
    check_tcp("127.0.0.1:1", "127.0.0.1", "1");
    check_tcp("tcp:localhost:65535", "localhost", "65535");
    check_tcp("[::1]:4444", "::1", "4444");
    check_tcp("tcp:[fe80::1%eth0]:4444", "fe80::1%eth0", "4444");
}

static void a_port_is_1_to_65535(void **state)
{
    check_refused("tcp:a:0", "port");
    check_refused("tcp:a:65536", "port");
    check_refused("tcp:a:18446744073709551617", "port");
    check_refused("tcp:a:", "port");
    check_refused("tcp:a:http", "port");
    check_refused("tcp:a:-1", "port");
    check_refused("tcp:a: 1", "port");
    check_refused("tcp:a", "port");
    check_refused("tcp:", "port");
    check_refused("a:0", "port");
    check_refused("a:99999", "port");
}

static void a_host_must_be_there(void **state)
{
    char text[ADDRESS_HOST + 16];

    check_refused("tcp::1", "host");
    check_refused(":4444", "host");
    check_refused("tcp:[]:1", "[");
    memset(text, 'a', sizeof text);
    memcpy(text + ADDRESS_HOST, ":1", 3);
    check_refused(text, "host");
    memcpy(text + ADDRESS_HOST - 1, ":1", 3);
    assert_int_equal(strlen(parsed(text).host), ADDRESS_HOST - 1);
}

static void brackets_stand_around_ipv6_only_when_closed(void **state)
{
    check_refused("tcp:::1:4444", "bracket");
    check_refused("tcp:[::1:4444", "[");
    check_refused("[::1", "[");
    check_refused("[::1]", "port");
    check_refused("[::1]4444", "port");
}

static void a_path_fits_into_a_unix_socket_or_is_refused(void **state)
{
    char text[ADDRESS_PATH + 16] = "unix:";

    check_refused("", "empty");
    check_refused("unix:", "empty");
    memset(text + 5, '/', ADDRESS_PATH);
    text[5 + ADDRESS_PATH] = '\0';
    check_refused(text, "107");
    check_refused(text + 5, "107");
    text[5 + ADDRESS_PATH - 1] = '\0';
    check_path(text, text + 5);
    check_path(text + 5, text + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_a_unix_socket),
        cmocka_unit_test(an_at_sign_begins_an_abstract_name),
        cmocka_unit_test(host_and_port_are_tcp),
        cmocka_unit_test(a_port_is_1_to_65535),
        cmocka_unit_test(a_host_must_be_there),
        cmocka_unit_test(brackets_stand_around_ipv6_only_when_closed),
        cmocka_unit_test(a_path_fits_into_a_unix_socket_or_is_refused),
    };

    return cmocka_run_group_tests_name("host_address", tests, NULL, NULL);
}
