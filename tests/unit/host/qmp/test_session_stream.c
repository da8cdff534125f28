// SPDX-License-Identifier: MIT
// A QMP session under stress: large amounts, a system that reads and writes in
// pieces, signals, and files that must be closed.
#include "qmp/session.h"

#include <dirent.h>
#include <sys/time.h>

#include "qmp/framer.h"
#include "unit/host/client.h"

// --- Much -------------------------------------------------------------------

enum {
    STORM = 5000
};

// STORM numbered events and, after them, the reply; to be freed.
static char *storm(void)
{
    char *text = malloc(STORM * 64 + 64);
    char *at = text;

    for (int i = 0; i < STORM; i++) {
        at += sprintf(at, "{\"event\": \"E\", \"data\": {\"n\": %d}}\r\n", i);
    }
    sprintf(at, "{\"return\": \"calm\", \"id\": 2}\r\n");
    return text;
}

static int event_number(struct json_object *event)
{
    struct json_object *data = json_object_object_get(event, "data");

    return json_object_get_int(json_object_object_get(data, "n"));
}

static void a_storm_of_events_costs_the_oldest_ones_alone(void **state)
{
    char *text = storm();
    const struct step steps[] = {
        OPENING, {HEAR, "\"stop\"", 0}, {BYTES, text, 0}, {LISTEN, NULL, 0}};
    struct client *client = client_opened(steps);
    struct events *events = session_events(client->session);
    struct json_object *event;
    unsigned position = 0;

    client_expect(client, "stop", "\"calm\"");
    assert_int_equal(events->count, EVENTS_LIMIT);
    assert_int_equal(events->dropped, STORM - EVENTS_LIMIT);
    for (int i = STORM - EVENTS_LIMIT; i < STORM; i++) {
        assert_int_equal(event_number(events_next(events, &position)), i);
    }
    assert_null(events_next(events, &position));
    for (int i = STORM - EVENTS_LIMIT; i < STORM; i++) {
        event = events_take(events);
        assert_int_equal(event_number(event), i);
        json_object_put(event);
    }
    assert_null(events_take(events));
    client_end(client);
    free(text);
}

// A reply of `length` bytes in all, to be freed.
static char *reply_of(size_t length)
{
    static const char head[] = "{\"return\": \"";
    static const char tail[] = "\", \"id\": 2}";
    char *text = malloc(length + 1);

    memset(text, 'x', length);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + length - (sizeof tail - 1), tail, sizeof tail);
    return text;
}

static void four_mib_are_a_message_and_a_byte_more_is_not(void **state)
{
    for (size_t more = 0; more < 2; more++) {
        char *text = reply_of(FRAMER_LIMIT + more);
        const struct step steps[] = {OPENING,
                                     {HEAR, "\"stop\"", 0},
                                     {BYTES, text, 0},
                                     {LISTEN, NULL, 0}};
        struct client *client = client_opened(steps);
        struct json_object *result = NULL;
        bool ok =
            session_execute(client->session, "stop", NULL,
                            deadline_in_ms(PLENTY), &result, &client->failure);

        assert_int_equal(ok, more == 0);
        if (more) {
            assert_int_equal(client->failure.code, CODE_PROTOCOL);
            check_contains(client->failure.text, "4 MiB");
        } else {
            assert_int_equal(json_object_get_string_len(result),
                             FRAMER_LIMIT - 23);
        }
        json_object_put(result);
        client_end(client);
        free(text);
    }
}

// --- In pieces --------------------------------------------------------------

enum {
    BIG = 3 << 20
};

static struct json_object *big_argument(size_t length)
{
    struct json_object *arguments = json_object_new_object();
    char *text = malloc(length + 1);

    memset(text, 'y', length);
    text[length] = '\0';
    json_object_object_add(arguments, "text", json_object_new_string(text));
    free(text);
    return arguments;
}

// Sends a command that no socket accepts at once, with a signal after each
// period of that many microseconds (0: none).
static void check_big_command(unsigned signal_every)
{
    static const char frame[] = "{\"execute\":\"big\",\"arguments\":"
                                "{\"text\":\"\"},\"id\":2}\r";
    static const struct step steps[] = {OPENING,
                                        {HEAR, "\"execute\":\"big\"", 0},
                                        {SAY, "{\"return\": 1, \"id\": @1}", 0},
                                        {HEAR, "\"stop\"", 0},
                                        {SAY, "{\"return\": 2, \"id\": @2}", 0},
                                        {LISTEN, NULL, 0}};
    struct itimerval storm_of_signals = {.it_interval.tv_usec = signal_every,
                                         .it_value.tv_usec = signal_every};
    struct client *client = client_opened(steps);
    int small = 4096;

    setsockopt(client->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    setitimer(ITIMER_REAL, &storm_of_signals, NULL);
    bool ok = session_execute(client->session, "big", big_argument(BIG),
                              deadline_in_ms(PLENTY), NULL, &client->failure);
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    if (!ok) {
        fail_msg("%s", client->failure.text);
    }
    client_expect(client, "stop", "2");
    // Nothing lost, nothing duplicated.
    assert_int_equal(client->server.longest, BIG + sizeof frame - 1);
    client_end(client);
}

static void a_command_goes_out_in_as_many_pieces_as_it_takes(void **state)
{
    check_big_command(0);
}

static void ignore_signal(int number)
{
    (void)number;
}

static void a_storm_of_signals_disturbs_no_exchange(void **state)
{
    struct sigaction interrupting = {.sa_handler = ignore_signal};
    struct sigaction before;

    // Without SA_RESTART, so that every call fails with EINTR.
    sigaction(SIGALRM, &interrupting, &before);
    check_big_command(200);
    sigaction(SIGALRM, &before, NULL);
}

static void half_a_command_at_its_deadline_ends_the_session(void **state)
{
    static const struct step steps[] = {OPENING, {DEAF, NULL, 0}};
    struct client *client = client_opened(steps);
    int small = 4096;

    setsockopt(client->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    assert_false(session_execute(client->session, "big", big_argument(1 << 20),
                                 deadline_in_ms(LITTLE), NULL,
                                 &client->failure));
    assert_int_equal(client->failure.code, CODE_TIMEOUT);
    check_contains(client->failure.text, "big");
    // Its rest would be taken for the beginning of the next command.
    assert_int_equal(session_state(client->session), SESSION_BROKEN);
    client_refused(client, "stop", CODE_TIMEOUT, "only in part");
    client_end(client);
}

static void a_signal_to_end_ends_a_wait(void **state)
{
    static const struct step steps[] = {
        OPENING, {HEAR, "\"stop\"", 0}, {LISTEN, NULL, 0}};
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    static const enum exit_code codes[] = {CODE_HUNG_UP, CODE_INTERRUPTED,
                                           CODE_QUIT, CODE_TERMINATED};

    for (int i = 0; i < 4; i++) {
        struct client *client = client_opened(steps);

        raise(signals[i]);
        client_refused(client, "stop", codes[i], "stop");
        client_end(client);
    }
}

// --- Files ------------------------------------------------------------------

static int open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

static void no_outcome_leaves_a_file_open(void **state)
{
    static const struct step good[] = {OPENING, {LISTEN, NULL, 0}};
    static const struct step bad[] = {{BYTES, "hello", 0}, {LISTEN, NULL, 0}};
    static const struct step silent[] = {{LISTEN, NULL, 0}};
    static const struct step deaf[] = {{HANG_UP, NULL, 0}};
    static const struct step *const all[] = {good, bad, silent, deaf};
    int before = open_files();

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct client *client = client_new(all[i]);
        bool ok = client_open(client, i == 2 ? LITTLE : PLENTY);

        assert_int_equal(ok, i == 0);
        client_end(client);
        assert_int_equal(open_files(), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_of_events_costs_the_oldest_ones_alone),
        cmocka_unit_test(four_mib_are_a_message_and_a_byte_more_is_not),
        cmocka_unit_test(a_command_goes_out_in_as_many_pieces_as_it_takes),
        cmocka_unit_test(a_storm_of_signals_disturbs_no_exchange),
        cmocka_unit_test(half_a_command_at_its_deadline_ends_the_session),
        cmocka_unit_test(a_signal_to_end_ends_a_wait),
        cmocka_unit_test(no_outcome_leaves_a_file_open),
    };

    return cmocka_run_group_tests_name("host_session_stream", tests, NULL,
                                       NULL);
}
