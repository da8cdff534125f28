// SPDX-License-Identifier: MIT
// poll(2) over all watches, woken by signals through a self-pipe.
// Limits: one loop a process, since the signal handler writes to one pipe.
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"

struct watch {
    int fd; // -1: free
    short events;
    loop_handler *handler;
    void *context;
};

struct loop {
    struct watch watches[LOOP_WATCHES];
    int wake;  // read end of the self-pipe
    bool held; // interrupts do not end a wait any more
};

// Shared with the signal handler: the pipe's write end and the number of the
// first interrupt.
static volatile sig_atomic_t wake_fd = -1;
static volatile sig_atomic_t interrupt;

// The socket on which a call is about to block; -1: none. A signal just before
// that call makes the socket non-blocking, so that the call returns; a later
// signal ends the call with EINTR.
static volatile sig_atomic_t blocking_fd = -1;

static const int caught[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD};
enum {
    CAUGHT = sizeof caught / sizeof *caught
};

static void on_signal(int number)
{
    int saved = errno;

    if (number != SIGCHLD && interrupt == 0) {
        interrupt = number;
    }
    if (blocking_fd >= 0) {
        (void)fcntl(blocking_fd, F_SETFL, O_NONBLOCK);
    }
    // If the pipe is full, the loop wakes up anyway.
    if (write(wake_fd, "", 1) < 0) {
        errno = saved;
    }
    errno = saved;
}

// Whether SIGHUP was ignored at the start, as nohup(1) sets it up.
static bool stays_ignored(int number)
{
    struct sigaction before;

    return number == SIGHUP && sigaction(number, NULL, &before) == 0 &&
           before.sa_handler == SIG_IGN;
}

static void set_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    for (int i = 0; i < CAUGHT; i++) {
        if (!stays_ignored(caught[i])) {
            sigaction(caught[i], &action, NULL);
        }
    }
    action.sa_handler = handler == SIG_DFL ? SIG_DFL : SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

struct loop *loop_create(struct failure *failure)
{
    int ends[2];

    assert(wake_fd == -1);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        failure_set(failure, CODE_HOST, "cannot make a pipe: %s",
                    strerror(errno));
        return NULL;
    }
    struct loop *loop = memory_get(sizeof *loop);
    for (int i = 0; i < LOOP_WATCHES; i++) {
        loop->watches[i].fd = -1;
    }
    loop->wake = ends[0];
    wake_fd = ends[1];
    interrupt = 0;
    set_signals(on_signal);
    return loop;
}

void loop_destroy(struct loop *loop)
{
    if (!loop) {
        return;
    }
    set_signals(SIG_DFL);
    close(loop->wake);
    close(wake_fd);
    wake_fd = -1;
    free(loop);
}

static struct watch *find_watch(struct loop *loop, int fd)
{
    for (int i = 0; i < LOOP_WATCHES; i++) {
        if (loop->watches[i].fd == fd) {
            return &loop->watches[i];
        }
    }
    return NULL;
}

void loop_watch(struct loop *loop, int fd, short events, loop_handler *handler,
                void *context)
{
    assert(fd >= 0 && !find_watch(loop, fd));
    struct watch *free_one = find_watch(loop, -1);
    assert(free_one);
    *free_one = (struct watch){fd, events, handler, context};
}

void loop_events(struct loop *loop, int fd, short events)
{
    struct watch *watch = find_watch(loop, fd);

    assert(watch);
    watch->events = events;
}

void loop_unwatch(struct loop *loop, int fd)
{
    struct watch *watch = fd >= 0 ? find_watch(loop, fd) : NULL;

    if (watch) {
        *watch = (struct watch){.fd = -1};
    }
}

static void drain_wake(const struct loop *loop)
{
    char bytes[64];

    while (read(loop->wake, bytes, sizeof bytes) > 0) {
    }
}

// Calls the handlers of the files that are ready. A handler may close a file
// that comes later in the list, so each watch is compared with its file first.
static void dispatch(struct loop *loop, const struct pollfd *files)
{
    for (int i = 0; i < LOOP_WATCHES; i++) {
        struct watch *watch = &loop->watches[i];
        if (files[i].revents && files[i].fd >= 0 && watch->fd == files[i].fd) {
            watch->handler(watch->context, files[i].revents);
        }
    }
}

enum loop_result loop_step(struct loop *loop, struct deadline deadline)
{
    struct pollfd files[LOOP_WATCHES + 1];

    if (interrupt && !loop->held) {
        return LOOP_INTERRUPTED;
    }
    for (int i = 0; i < LOOP_WATCHES; i++) {
        files[i] = (struct pollfd){.fd = loop->watches[i].fd,
                                   .events = loop->watches[i].events};
    }
    files[LOOP_WATCHES] = (struct pollfd){.fd = loop->wake, .events = POLLIN};
    int ready = poll(files, LOOP_WATCHES + 1, deadline_poll_ms(deadline));
    if (ready > 0 && files[LOOP_WATCHES].revents) {
        drain_wake(loop);
    }
    if (interrupt && !loop->held) {
        return LOOP_INTERRUPTED;
    }
    if (ready > 0) {
        dispatch(loop, files);
    }
    // The deadline is checked after events too: otherwise a file that is always
    // ready could delay the timeout without end. EINTR counts as an event.
    return deadline_passed(deadline) ? LOOP_TIMEOUT : LOOP_EVENT;
}

// One attempt to connect, ended by the deadline or a signal.
static int connect_once(int fd, const struct sockaddr *name, socklen_t length,
                        struct deadline deadline, const struct loop *loop)
{
    const int ms = deadline_poll_ms(deadline);
    // A timeout of zero means no limit.
    const struct timeval limit = {ms > 0 ? ms / 1000 : 0,
                                  ms > 0 ? ms % 1000 * 1000 : 0};
    int error = EAGAIN;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    blocking_fd = fd;
    (void)fcntl(fd, F_SETFL, ms == 0 ? O_NONBLOCK : 0);
    if (!interrupt || loop->held) {
        error = connect(fd, name, length) < 0 ? errno : 0;
    }
    blocking_fd = -1;
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return error == EINTR ? EAGAIN : error;
}

int loop_connect(struct loop *loop, int fd, const struct sockaddr *name,
                 socklen_t length, struct deadline deadline,
                 enum loop_result *result)
{
    int error;

    do {
        error = connect_once(fd, name, length, deadline, loop);
        *result = interrupt && !loop->held    ? LOOP_INTERRUPTED
                  : deadline_passed(deadline) ? LOOP_TIMEOUT
                                              : LOOP_EVENT;
    } while (error == EAGAIN && *result == LOOP_EVENT);
    return error;
}

static const char *ended_by(int number)
{
    switch (number) {
    case SIGHUP:
        return "hung up";
    case SIGQUIT:
        return "quit";
    case SIGTERM:
        return "terminated";
    default:
        return "interrupted";
    }
}

bool loop_failure(const struct loop *loop, enum loop_result result,
                  const char *awaited, struct failure *failure)
{
    if (result == LOOP_TIMEOUT) {
        return failure_set(failure, CODE_TIMEOUT, "timeout: waited for %s",
                           awaited);
    }
    return failure_set(failure, 128 + loop_signal(loop),
                       "%s while waiting for %s", ended_by(loop_signal(loop)),
                       awaited);
}

bool loop_hold_interrupts(struct loop *loop, bool hold)
{
    bool before = loop->held;

    loop->held = hold;
    return before;
}

int loop_signal(const struct loop *loop)
{
    (void)loop;
    return interrupt;
}
