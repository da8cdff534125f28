// SPDX-License-Identifier: MIT
// Connecting to a monitor's socket, with a deadline.
// Limits: looking a host name up (getaddrinfo) has no deadline but its own.
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "qmp/address.h"
#include "qmp/session.h"

static void set_flag(void *context, short revents)
{
    (void)revents;
    *(bool *)context = true;
}

// Waits until a connection in progress is decided; the errno of the
// outcome, EINPROGRESS if the wait ended without one (*result says why).
static int wait_connected(struct loop *loop, int fd, struct deadline deadline,
                          enum loop_result *result)
{
    bool decided = false;
    int error = EINPROGRESS;
    socklen_t length = sizeof error;

    loop_watch(loop, fd, POLLOUT, set_flag, &decided);
    do {
        *result = loop_step(loop, deadline);
    } while (*result == LOOP_EVENT && !decided);
    loop_unwatch(loop, fd);
    if (decided && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) {
        error = errno;
    }
    return error;
}

// One attempt on one address; -1 with a failure.
static int connect_one(struct loop *loop, const char *shown, int family,
                       const struct sockaddr *name, socklen_t length,
                       struct deadline deadline, struct failure *failure)
{
    enum loop_result result = LOOP_EVENT;
    int error = 0;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        failure_set(failure, CODE_HOST, "cannot make a socket: %s",
                    strerror(errno));
        return -1;
    }
    if (connect(fd, name, length) < 0) {
        error = errno;
        if (error == EINPROGRESS || error == EINTR) {
            error = wait_connected(loop, fd, deadline, &result);
        }
    }
    if (result != LOOP_EVENT && error == EINPROGRESS) {
        loop_failure(loop, result, "a connection to the monitor", failure);
    } else if (error) {
        failure_set(failure, CODE_CANNOT_CONNECT, "cannot connect to %s: %s%s",
                    shown, strerror(error),
                    error == ECONNREFUSED ? " (nobody listens there)"
                    : error == EAGAIN     ? " (its queue of clients is full)"
                                          : "");
    } else {
        return fd;
    }
    close(fd);
    return -1;
}

static int connect_unix(struct loop *loop, const char *shown, const char *path,
                        struct deadline deadline, struct failure *failure)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    // address_parse has made sure that it fits, its NUL included.
    memcpy(name.sun_path, path, strlen(path) + 1);
    return connect_one(loop, shown, AF_UNIX, (const struct sockaddr *)&name,
                       sizeof name, deadline, failure);
}

static int connect_tcp(struct loop *loop, const char *shown,
                       const struct address *address, struct deadline deadline,
                       struct failure *failure)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICSERV};
    struct addrinfo *all = NULL;
    int fd = -1;
    int error = getaddrinfo(address->host, address->port, &hints, &all);

    if (error) {
        failure_set(failure, CODE_CANNOT_CONNECT, "cannot connect to %s: %s",
                    shown, gai_strerror(error));
        return -1;
    }
    for (struct addrinfo *one = all; one && fd < 0; one = one->ai_next) {
        fd = connect_one(loop, shown, one->ai_family, one->ai_addr,
                         one->ai_addrlen, deadline, failure);
    }
    freeaddrinfo(all);
    return fd;
}

bool session_connect(struct loop *loop, const char *address,
                     struct deadline deadline, int *fd, struct failure *failure)
{
    struct address parsed;

    if (!address_parse(address, &parsed, failure)) {
        return false;
    }
    *fd = parsed.kind == ADDRESS_UNIX
              ? connect_unix(loop, address, parsed.path, deadline, failure)
              : connect_tcp(loop, address, &parsed, deadline, failure);
    return *fd >= 0;
}
