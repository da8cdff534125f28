// SPDX-License-Identifier: MIT
// The tool's session, connected to a scripted monitor (server.h).
// Limits: as the session's: one at a time.
#ifndef UNIT_HOST_CLIENT_H
#define UNIT_HOST_CLIENT_H

#include "base/loop.h"
#include "qmp/session.h"
#include "unit/host/server.h"

#define GREETING                                                               \
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, "        \
    "\"major\": 7}, \"package\": \"Debian\"}, \"capabilities\": [\"oob\"]}}"

enum {
    PLENTY = 30000,
    LITTLE = 30
}; // milliseconds

struct client {
    struct server server;
    struct loop *loop;
    struct session *session;
    struct failure failure;
    int fd;
    char notes[8192]; // the session's trace, one line for each entry
};

// There can be only one loop, and a failed test does not free its own.
static struct loop *client_loop;

static inline void client_note(void *context, enum session_direction direction,
                               int64_t when, const char *text, size_t length)
{
    struct client *client = context;
    size_t used = strlen(client->notes);

    (void)when;
    if (direction == SESSION_NOTE && used + length + 2 < sizeof client->notes) {
        memcpy(client->notes + used, text, length);
        memcpy(client->notes + used + length, "\n", 2);
    }
}

static inline struct client *client_new(const struct step *steps)
{
    struct client *client = calloc(1, sizeof *client);

    assert_non_null(client);
    client->server.steps = steps;
    loop_destroy(client_loop);
    client_loop = client->loop = loop_create(&client->failure);
    assert_non_null(client->loop);
    return client;
}

// Opens the session with a running server, within that many milliseconds.
static inline bool client_greet(struct client *client, unsigned milliseconds)
{
    client->session =
        session_open(client->loop, client->fd, deadline_in_ms(milliseconds),
                     client_note, client, &client->failure);
    return client->session != NULL;
}

static inline bool client_open(struct client *client, unsigned milliseconds)
{
    client->fd = server_start(&client->server);
    return client_greet(client, milliseconds);
}

static inline struct client *client_opened(const struct step *steps)
{
    struct client *client = client_new(steps);

    if (!client_open(client, PLENTY)) {
        fail_msg("not opened: %s", client->failure.text);
    }
    return client;
}

// Ends both; returns the number of bytes that the server has sent.
static inline size_t client_end(struct client *client)
{
    size_t sent;

    session_close(client->session);
    loop_destroy(client->loop);
    client_loop = NULL;
    server_end(&client->server);
    sent = client->server.bytes_sent;
    free(client);
    return sent;
}

// Runs a command without arguments; returns its result's text, to be freed, or
// NULL on failure.
static inline char *client_ask(struct client *client, const char *command,
                               unsigned milliseconds)
{
    struct json_object *result = NULL;
    char *text = NULL;

    if (session_execute(client->session, command, NULL,
                        deadline_in_ms(milliseconds), &result,
                        &client->failure)) {
        text = strdup(
            json_object_to_json_string_ext(result, JSON_C_TO_STRING_PLAIN));
        json_object_put(result);
    }
    return text;
}

static inline void client_expect(struct client *client, const char *command,
                                 const char *result)
{
    char *text = client_ask(client, command, PLENTY);

    if (!text) {
        fail_msg("'%s': %s", command, client->failure.text);
    }
    assert_string_equal(text, result);
    free(text);
}

static inline void client_refused(struct client *client, const char *command,
                                  enum exit_code code, const char *reason)
{
    char *text = client_ask(client, command, PLENTY);

    if (text) {
        fail_msg("'%s' is answered with %s", command, text);
    }
    assert_int_equal(client->failure.code, code);
    check_contains(client->failure.text, reason);
}

// The commands that open a session, with their replies.
#define OPENING                                                                \
    {SAY, GREETING, 0}, {HEAR, "\"qmp_capabilities\"", 0},                     \
    {                                                                          \
        SAY, "{\"return\": {}, \"id\": @0}", 0                                 \
    }

#endif
