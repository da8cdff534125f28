// SPDX-License-Identifier: MIT
// Connecting to a monitor's socket, with a deadline.
// Limits: the lookup of a host name (getaddrinfo) has its own timeout only.
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "qmp/address.h"
#include "qmp/session_internal.h"

enum {
    RETRY_MS = 100
};

static void set_flag(void *context, short revents)
{
    (void)revents;
    *(bool *)context = true;
}

// Waits for the outcome of a connection in progress. Returns its errno;
// EINPROGRESS if the wait ended without an outcome (*result says why).
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

static int stream_socket(int family, struct failure *failure)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        failure_set(failure, CODE_HOST, "cannot make a socket: %s",
                    strerror(errno));
    }
    return fd;
}

static bool refused(const char *shown, int error, struct failure *failure)
{
    return failure_set(failure, CODE_CANNOT_CONNECT,
                       "cannot connect to %s: %s%s", shown, strerror(error),
                       error == ECONNREFUSED ? " (nothing listens there)" : "");
}

static int connect_unix(struct loop *loop, const char *shown,
                        const struct address *address, struct deadline deadline,
                        struct failure *failure)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const struct sockaddr *any = (const struct sockaddr *)&name;
    enum loop_result result = LOOP_EVENT;
    int fd = stream_socket(AF_UNIX, failure);

    if (fd < 0) {
        return -1;
    }
    memcpy(name.sun_path, address->path, address->path_length);
    int error =
        loop_connect(loop, fd, any,
                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                 address->path_length),
                     deadline, &result);
    if (error == 0) {
        return fd;
    }
    if (error != EAGAIN) {
        refused(shown, error, failure);
    } else if (result == LOOP_TIMEOUT) {
        session_busy(fd, any, failure);
    } else {
        loop_failure(loop, result, "room in the monitor's queue of clients",
                     failure);
    }
    close(fd);
    return -1;
}

// Whether the address belongs to this host: then the local address of the
// connection, which the kernel chooses, is the same or a loopback address.
static bool is_here(int fd, const struct sockaddr *name)
{
    struct sockaddr_storage own = {0};
    socklen_t length = sizeof own;
    const struct sockaddr_in *four = (const void *)name;
    const struct sockaddr_in *own_four = (const void *)&own;
    const struct sockaddr_in6 *six = (const void *)name;
    const struct sockaddr_in6 *own_six = (const void *)&own;

    if (getsockname(fd, (struct sockaddr *)&own, &length) < 0 ||
        own.ss_family != name->sa_family) {
        return false;
    }
    return name->sa_family == AF_INET6
               ? memcmp(&six->sin6_addr, &own_six->sin6_addr,
                        sizeof six->sin6_addr) == 0
               : memcmp(&four->sin_addr, &own_four->sin_addr,
                        sizeof four->sin_addr) == 0 ||
                     ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

// One attempt on one address. Returns the errno of the outcome; EINPROGRESS
// without an outcome, and *result says why.
static int attempt_tcp(struct loop *loop, int fd, const struct addrinfo *to,
                       struct deadline deadline, enum loop_result *result)
{
    *result = LOOP_EVENT;
    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0) {
        return 0;
    }
    return errno == EINPROGRESS || errno == EINTR
               ? wait_connected(loop, fd, deadline, result)
               : errno;
}

// Fills the failure for a wait that ended without a connection. At an address
// of this host, a timeout means that the monitor's queue is full.
static void no_connection(struct loop *loop, int fd, const struct addrinfo *to,
                          enum loop_result result, struct failure *failure)
{
    if (result == LOOP_TIMEOUT && is_here(fd, to->ai_addr)) {
        session_busy(fd, to->ai_addr, failure);
        return;
    }
    loop_failure(loop, result, "a connection to the monitor", failure);
    if (result == LOOP_TIMEOUT) {
        failure_add(failure, " (its host does not answer: it is down, a filter "
                             "is in between, or the monitor's queue of clients "
                             "is full)");
    }
}

// When the queue is full, the kernel repeats the request after 1, 3 and 7
// seconds; no event reports room in the queue. On this host an answer takes no
// time, so new attempts, RETRY_MS and a little apart, find the room sooner.
static int connect_one(struct loop *loop, const char *shown,
                       const struct addrinfo *to, struct deadline deadline,
                       struct failure *failure)
{
    const uint64_t pause = RETRY_MS + (uint64_t)getpid() % RETRY_MS;
    enum loop_result result;

    for (;;) {
        int fd = stream_socket(to->ai_family, failure);
        if (fd < 0) {
            return -1;
        }
        int error = attempt_tcp(
            loop, fd, to, deadline_sooner(deadline, deadline_in_ms(pause)),
            &result);
        bool again = error == EINPROGRESS && result == LOOP_TIMEOUT &&
                     !deadline_passed(deadline);
        if (again && !is_here(fd, to->ai_addr)) {
            error = wait_connected(loop, fd, deadline, &result);
            again = false;
        }
        if (error == 0) {
            return fd;
        }
        if (error != EINPROGRESS) {
            refused(shown, error, failure);
        } else if (!again) {
            no_connection(loop, fd, to, result, failure);
        }
        close(fd);
        if (!again) {
            return -1;
        }
    }
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
    for (const struct addrinfo *one = all; one && fd < 0; one = one->ai_next) {
        fd = connect_one(loop, shown, one, deadline, failure);
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
              ? connect_unix(loop, address, &parsed, deadline, failure)
              : connect_tcp(loop, address, &parsed, deadline, failure);
    return *fd >= 0;
}
