// SPDX-License-Identifier: MIT
// A scripted monitor: a thread at the other end of a socket pair that sends and
// receives bytes in a fixed order, without a JSON parser.
// Limits: one server at a time in a test; shares no code with the tool.
#ifndef UNIT_HOST_SERVER_H
#define UNIT_HOST_SERVER_H

#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/checks.h"

enum step_kind {
    LISTEN, // until the tool closes: the last step of every script
    SAY,    // text and CR LF; @N becomes the id of command N (from 0)
    BYTES,  // text as it is; `length` bytes if that isn't 0
    HEAR,   // a line that contains the text
    DEAF,   // reads nothing until the tool closes
    HANG_UP,
};

struct step {
    enum step_kind kind;
    const char *text;
    size_t length;
};

enum {
    SERVER_COMMANDS = 64,
    SERVER_SECONDS = 20
};

struct server {
    const struct step *steps;
    size_t chunk;    // bytes in one write; 0: all at once
    size_t split_at; // waits until the tool has read this number of bytes
    size_t close_at; // hangs up after this number of bytes
    int fd;
    pthread_t thread;
    size_t bytes_sent;
    bool gone; // the connection has ended, by either side
    char ids[SERVER_COMMANDS][24];
    unsigned heard;
    char *line; // the last line received
    size_t line_room;
    size_t longest; // length of the longest line
    char input[65536];
    size_t input_next;
    size_t input_end;
    char complaint[512]; // the tool's error
};

// Waits until the tool has read everything, so that the next bytes arrive in
// another read.
static inline void server_settle(struct server *server)
{
    struct pollfd file = {.fd = server->fd};
    int unread = 0;

    while (ioctl(server->fd, SIOCOUTQ, &unread) == 0 && unread > 0 &&
           poll(&file, 1, 0) == 0) {
        sched_yield();
    }
}

static inline void server_send(struct server *server, const char *bytes,
                               size_t length)
{
    while (length > 0 && !server->gone) {
        ssize_t sent = send(server->fd, bytes, length, MSG_NOSIGNAL);

        if (sent <= 0) {
            server->gone = true;
            return;
        }
        bytes += sent;
        length -= (size_t)sent;
        server->bytes_sent += (size_t)sent;
    }
}

static inline size_t server_piece(const struct server *server, size_t length)
{
    const size_t marks[] = {server->split_at, server->close_at};

    if (server->chunk && length > server->chunk) {
        length = server->chunk;
    }
    for (int i = 0; i < 2; i++) {
        if (marks[i] > server->bytes_sent &&
            marks[i] - server->bytes_sent < length) {
            length = marks[i] - server->bytes_sent;
        }
    }
    return length;
}

static inline void server_say(struct server *server, const char *bytes,
                              size_t length)
{
    while (length > 0 && !server->gone) {
        size_t piece = server_piece(server, length);

        server_send(server, bytes, piece);
        bytes += piece;
        length -= piece;
        if (server->chunk || server->bytes_sent == server->split_at) {
            server_settle(server);
        }
        if (server->bytes_sent == server->close_at) {
            shutdown(server->fd, SHUT_RDWR);
            server->gone = true;
        }
    }
}

// The text with ids filled in, and a line end.
static inline void server_say_line(struct server *server, const char *text)
{
    char *line = malloc(strlen(text) * 24 + 3);
    size_t length = 0;

    for (; *text; text++) {
        if (text[0] == '@' && text[1] >= '0' && text[1] <= '9') {
            char *end;
            const char *id = server->ids[strtoul(text + 1, &end, 10)];

            text = end - 1;
            memcpy(line + length, id, strlen(id));
            length += strlen(id);
        } else {
            line[length++] = *text;
        }
    }
    memcpy(line + length, "\r\n", 2);
    server_say(server, line, length + 2);
    free(line);
}

// The next byte from the tool, -1 at the end.
static inline int server_byte(struct server *server)
{
    if (server->input_next == server->input_end) {
        ssize_t got = recv(server->fd, server->input, sizeof server->input, 0);

        if (got <= 0) {
            server->gone = true;
            return -1;
        }
        server->input_next = 0;
        server->input_end = (size_t)got;
    }
    return (unsigned char)server->input[server->input_next++];
}

static inline bool server_read_line(struct server *server)
{
    size_t length = 0;

    for (;;) {
        int byte = server_byte(server);

        if (length + 1 >= server->line_room) {
            server->line_room = server->line_room * 2 + 256;
            server->line = realloc(server->line, server->line_room);
        }
        server->line[length] = '\0';
        if (length > server->longest) {
            server->longest = length;
        }
        if (byte == '\n' || byte < 0) {
            return byte == '\n';
        }
        server->line[length++] = (char)byte;
    }
}

// Stores the number after the line's last "id".
static inline void server_keep_id(struct server *server)
{
    char *id = NULL;
    char *kept = server->ids[server->heard % SERVER_COMMANDS];

    for (char *at = server->line; (at = strstr(at, "\"id\"")); at++) {
        id = at + 4;
    }
    if (!id) {
        snprintf(server->complaint, sizeof server->complaint,
                 "no id in: %.200s", server->line);
        return;
    }
    id += strspn(id, " :");
    snprintf(kept, sizeof server->ids[0], "%.*s", (int)strspn(id, "0123456789"),
             id);
    server->heard++;
}

static inline void server_hear(struct server *server, const char *text)
{
    if (!server_read_line(server)) {
        return;
    }
    if (!strstr(server->line, text)) {
        snprintf(server->complaint, sizeof server->complaint,
                 "awaited \"%.200s\", heard: %.200s", text, server->line);
        server->gone = true;
        return;
    }
    server_keep_id(server);
}

static inline void server_step(struct server *server, const struct step *step)
{
    switch (step->kind) {
    case SAY:
        server_say_line(server, step->text);
        break;
    case BYTES:
        server_say(server, step->text,
                   step->length ? step->length : strlen(step->text));
        break;
    case HEAR:
        server_hear(server, step->text);
        break;
    case DEAF:
        (void)poll(&(struct pollfd){.fd = server->fd}, 1,
                   SERVER_SECONDS * 1000);
        server->gone = true;
        break;
    case HANG_UP:
        server->gone = true;
        break;
    case LISTEN:
        if (server_byte(server) >= 0) {
            snprintf(server->complaint, sizeof server->complaint,
                     "heard more than the script has");
        }
        server->gone = true;
        break;
    }
}

static inline void *server_run(void *context)
{
    struct server *server = context;

    for (size_t i = 0; !server->gone && !server->complaint[0]; i++) {
        server_step(server, &server->steps[i]);
    }
    shutdown(server->fd, SHUT_RDWR);
    return NULL;
}

// Starts the server; returns the tool's end of the connection.
static inline int server_start(struct server *server)
{
    struct timeval patience = {.tv_sec = SERVER_SECONDS};
    sigset_t all;
    sigset_t before;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
                     0);
    server->fd = ends[1];
    setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sigfillset(&all); // signals are handled by the tested thread
    pthread_sigmask(SIG_SETMASK, &all, &before);
    assert_int_equal(pthread_create(&server->thread, NULL, server_run, server),
                     0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ends[0];
}

// Ends the server, after the tool has closed its end; fails the test if the
// server has a complaint.
static inline void server_end(struct server *server)
{
    pthread_join(server->thread, NULL);
    close(server->fd);
    free(server->line);
    if (server->complaint[0]) {
        fail_msg("the server says: %s", server->complaint);
    }
}

#endif
