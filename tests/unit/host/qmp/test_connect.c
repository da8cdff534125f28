// SPDX-License-Identifier: MIT
// Connecting to a monitor's socket, and a monitor that is busy or stopped.
#include "qmp/session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit/host/client.h"

static char folder[] = "/tmp/aerostat-unit-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/qmp", folder);
    return 0;
}

static int remove_folder(void **state)
{
    unlink(path);
    return rmdir(folder);
}

static int listen_unix(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    unlink(path);
    memcpy(name.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

// The exit code of an attempt to connect; CODE_OK with *fd.
static enum exit_code try_connect(const char *address, int *fd,
                                  struct failure *failure)
{
    struct loop *loop = loop_create(failure);
    bool ok =
        session_connect(loop, address, deadline_in_ms(PLENTY), fd, failure);

    loop_destroy(loop);
    return ok ? CODE_OK : failure->code;
}

static void check_connects(const char *address, int listener)
{
    struct failure failure;
    int fd = -1;
    int peer;

    if (try_connect(address, &fd, &failure) != CODE_OK) {
        fail_msg("%s: %s", address, failure.text);
    }
    peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
    close(peer);
}

static void a_unix_socket_is_connected_to(void **state)
{
    int listener = listen_unix();
    char address[160];

    check_connects(path, listener);
    snprintf(address, sizeof address, "unix:%s", path);
    check_connects(address, listener);
    close(listener);
}

static void a_tcp_port_is_connected_to(void **state)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char address[64];

    assert_int_equal(bind(listener, (struct sockaddr *)&name, length), 0);
    assert_int_equal(listen(listener, 4), 0);
    getsockname(listener, (struct sockaddr *)&name, &length);
    snprintf(address, sizeof address, "127.0.0.1:%d", ntohs(name.sin_port));
    check_connects(address, listener);
    snprintf(address, sizeof address, "tcp:127.0.0.1:%d", ntohs(name.sin_port));
    check_connects(address, listener);
    close(listener);
}

static void nobody_there_cannot_be_connected_to(void **state)
{
    struct failure failure;
    int fd;

    unlink(path);
    assert_int_equal(try_connect(path, &fd, &failure), CODE_CANNOT_CONNECT);
    check_contains(failure.text, path);
    close(listen_unix()); // the name exists, without a listener
    assert_int_equal(try_connect(path, &fd, &failure), CODE_CANNOT_CONNECT);
    check_contains(failure.text, "nothing listens");
    assert_int_equal(try_connect(folder, &fd, &failure), CODE_CANNOT_CONNECT);
    assert_int_equal(try_connect("tcp:x", &fd, &failure), CODE_USAGE);
}

// --- Busy -------------------------------------------------------------------

// A session's failure with a process that accepts no client, stopped or not.
static void check_silent_peer(bool stop, const char *words)
{
    struct failure failure;
    struct loop *loop = loop_create(&failure);
    char name[32];
    int listener = listen_unix();
    int status;
    int fd;
    pid_t child = fork();

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        listen(listener, 4); // the peer is the last process that called listen
        raise(SIGSTOP);
        pause();
        _exit(0);
    }
    waitpid(child, &status, WUNTRACED);
    if (!stop) {
        kill(child, SIGCONT);
        waitpid(child, &status, WCONTINUED);
    }
    assert_true(
        session_connect(loop, path, deadline_in_ms(PLENTY), &fd, &failure));
    assert_null(
        session_open(loop, fd, deadline_in_ms(LITTLE), NULL, NULL, &failure));
    assert_int_equal(failure.code, CODE_MONITOR_BUSY);
    snprintf(name, sizeof name, "process %d", (int)child);
    check_contains(failure.text, name);
    check_contains(failure.text, words);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(listener);
    loop_destroy(loop);
}

static void a_stuck_monitors_process_is_named(void **state)
{
    check_silent_peer(false, "serves no other client");
}

static void a_stopped_qemu_is_told_as_stopped(void **state)
{
    check_silent_peer(true, "is stopped");
}

// A monitor in this process, its client, and clients that fill its queue.
enum {
    QUEUED = 4
};

struct busy {
    int listener;
    int served[2]; // the accepted client, and the server's end of it
    int queued[QUEUED];
    int count; // number of queued clients
    char address[160];
};

enum kind {
    AT_PATH,
    AT_NAME,
    AT_PORT,
    KINDS
};

static int client_of(const struct sockaddr_storage *name, socklen_t length,
                     int more)
{
    int fd = socket(name->ss_family, SOCK_STREAM | SOCK_CLOEXEC | more, 0);

    // With a full queue the connection is never made.
    (void)connect(fd, (const struct sockaddr *)name, length);
    return fd;
}

static struct sockaddr_storage bind_to(struct busy *busy, enum kind kind,
                                       socklen_t *length)
{
    struct sockaddr_storage name = {0};
    struct sockaddr_un *file = (void *)&name;
    struct sockaddr_in *port = (void *)&name;

    if (kind == AT_PORT) {
        *port = (struct sockaddr_in){.sin_family = AF_INET,
                                     .sin_addr = {htonl(INADDR_LOOPBACK)}};
        *length = sizeof *port;
    } else {
        unlink(path);
        snprintf(busy->address, sizeof busy->address, "%s%s",
                 kind == AT_NAME ? "@" : "", path);
        file->sun_family = AF_UNIX;
        strcpy(file->sun_path, busy->address);
        *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                              strlen(busy->address) + (kind == AT_PATH));
        file->sun_path[0] = kind == AT_NAME ? '\0' : '/';
    }
    busy->listener = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(busy->listener, (struct sockaddr *)&name, *length),
                     0);
    if (kind == AT_PORT) {
        getsockname(busy->listener, (struct sockaddr *)&name, length);
        snprintf(busy->address, sizeof busy->address, "127.0.0.1:%d",
                 ntohs(port->sin_port));
    }
    return name;
}

static struct busy make_busy(enum kind kind, int queued)
{
    struct busy busy = {.count = queued};
    socklen_t length;
    struct sockaddr_storage name = bind_to(&busy, kind, &length);

    assert_int_equal(listen(busy.listener, 1), 0); // as QEMU does
    busy.served[0] = client_of(&name, length, 0);
    busy.served[1] = accept(busy.listener, NULL, NULL);
    assert_true(busy.served[1] >= 0);
    for (int i = 0; i < queued; i++) {
        busy.queued[i] = client_of(&name, length, SOCK_NONBLOCK);
    }
    return busy;
}

static void end_busy(const struct busy *busy)
{
    for (int i = 0; i < busy->count; i++) {
        close(busy->queued[i]);
    }
    close(busy->served[0]);
    close(busy->served[1]);
    close(busy->listener);
}

static enum exit_code try_soon(const char *address, struct failure *failure)
{
    struct loop *loop = loop_create(failure);
    int fd;
    bool ok =
        session_connect(loop, address, deadline_in_ms(LITTLE), &fd, failure);

    if (ok) { // connected: the queue had room, but no greeting follows
        assert_null(session_open(loop, fd, deadline_in_ms(LITTLE), NULL, NULL,
                                 failure));
    }
    loop_destroy(loop);
    return failure->code;
}

static void a_full_queue_is_a_busy_monitor_like_any_other(void **state)
{
    for (enum kind kind = AT_PATH; kind < KINDS; kind++) {
        struct failure failures[2];
        char holder[64];

        snprintf(holder, sizeof holder, "held by test_connect (pid %d)",
                 (int)getpid());
        for (int i = 0; i < 2; i++) {
            struct busy busy = make_busy(kind, i == 0 ? 0 : QUEUED);

            assert_int_equal(try_soon(busy.address, &failures[i]),
                             CODE_MONITOR_BUSY);
            check_contains(failures[i].text, holder);
            end_busy(&busy);
        }
        assert_string_equal(failures[0].text, failures[1].text);
    }
}

// Run in a process without the sockets, and without permission to see their
// owner: 0 if the message names no process.
static int try_as_another_user(const struct busy *busy)
{
    struct failure failure;

    end_busy(busy); // closes only this process's copies
    return seteuid(65534) == 0 &&
                   try_soon(busy->address, &failure) == CODE_MONITOR_BUSY &&
                   strstr(failure.text, "held by another client of QEMU;")
               ? 0
               : 1;
}

static void what_may_not_be_seen_is_left_out(void **state)
{
    if (geteuid() != 0) {
        print_message("skip: not here: only root can become another user\n");
        skip();
    }
    for (enum kind kind = AT_NAME; kind < KINDS; kind++) {
        struct busy busy = make_busy(kind, QUEUED);
        int status;
        pid_t child = fork();

        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            _exit(try_as_another_user(&busy));
        }
        waitpid(child, &status, 0);
        end_busy(&busy);
        assert_int_equal(status, 0);
    }
}

// Runs in parallel to a waiting session_connect, then acts to end the wait.
struct helper {
    struct busy *busy;
    long call; // system call that the other thread waits in
    pid_t thread;
    enum {
        ACCEPT_ALL,
        STOP_LISTENING,
        INTERRUPT
    } act;
    pthread_t self;
};

static void await_call(const struct helper *helper)
{
    char file[64];
    long call = -1;

    snprintf(file, sizeof file, "/proc/self/task/%d/syscall",
             (int)helper->thread);
    for (time_t end = time(NULL) + PLENTY / 1000;
         call != helper->call && time(NULL) < end; sched_yield()) {
        FILE *now = fopen(file, "re");

        if (!now || fscanf(now, "%ld", &call) != 1) {
            call = -1; // the thread is running
        }
        if (now) {
            fclose(now);
        }
    }
}

static void *help(void *context)
{
    const struct helper *helper = context;
    const int listener = helper->busy->listener;

    await_call(helper);
    switch (helper->act) {
    case ACCEPT_ALL:
        for (int i = 0; i < 2; i++) { // the two that fit into the queue
            close(accept(listener, NULL, NULL));
        }
        break;
    case STOP_LISTENING:
        shutdown(listener, SHUT_RDWR);
        close(listener);
        helper->busy->listener = -1;
        break;
    case INTERRUPT:
        kill(getpid(), SIGTERM);
        break;
    }
    return NULL;
}

// The exit code of a session_connect that waits in `call` until it is helped.
static enum exit_code try_helped(enum kind kind, long call, int act)
{
    struct busy busy = make_busy(kind, QUEUED);
    struct helper helper = {
        .busy = &busy, .call = call, .act = act, .thread = gettid()};
    struct failure failure;
    sigset_t all;
    sigset_t before;
    int fd;

    sigfillset(&all); // signals are handled by the tested thread
    pthread_sigmask(SIG_SETMASK, &all, &before);
    assert_int_equal(pthread_create(&helper.self, NULL, help, &helper), 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    enum exit_code code = try_connect(busy.address, &fd, &failure);
    pthread_join(helper.self, NULL);
    if (code == CODE_OK) {
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        close(fd);
    }
    end_busy(&busy);
    return code;
}

static void room_in_the_queue_ends_the_wait(void **state)
{
    assert_int_equal(try_helped(AT_PATH, SYS_connect, ACCEPT_ALL), CODE_OK);
    assert_int_equal(try_helped(AT_NAME, SYS_connect, ACCEPT_ALL), CODE_OK);
    assert_int_equal(try_helped(AT_PORT, SYS_poll, ACCEPT_ALL), CODE_OK);
}

static void the_servers_end_ends_the_wait(void **state)
{
    assert_int_equal(try_helped(AT_PATH, SYS_connect, STOP_LISTENING),
                     CODE_CANNOT_CONNECT);
    assert_int_equal(try_helped(AT_PORT, SYS_poll, STOP_LISTENING),
                     CODE_CANNOT_CONNECT);
}

static void a_signal_ends_the_wait(void **state)
{
    assert_int_equal(try_helped(AT_PATH, SYS_connect, INTERRUPT),
                     CODE_TERMINATED);
    assert_int_equal(try_helped(AT_PORT, SYS_poll, INTERRUPT), CODE_TERMINATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unix_socket_is_connected_to),
        cmocka_unit_test(a_tcp_port_is_connected_to),
        cmocka_unit_test(nobody_there_cannot_be_connected_to),
        cmocka_unit_test(a_stuck_monitors_process_is_named),
        cmocka_unit_test(a_stopped_qemu_is_told_as_stopped),
        cmocka_unit_test(a_full_queue_is_a_busy_monitor_like_any_other),
        cmocka_unit_test(what_may_not_be_seen_is_left_out),
        cmocka_unit_test(room_in_the_queue_ends_the_wait),
        cmocka_unit_test(the_servers_end_ends_the_wait),
        cmocka_unit_test(a_signal_ends_the_wait),
    };

    return cmocka_run_group_tests_name("host_connect", tests, make_folder,
                                       remove_folder);
}
