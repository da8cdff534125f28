// SPDX-License-Identifier: MIT
// Connecting to a monitor's socket, and a monitor that is busy or stopped.
#include "qmp/session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/host_client.h"

static char folder[] = "/tmp/aerostat-unit-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/qmp", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
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

// The exit code of a try to connect, CODE_OK with *fd.
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

    (void)state;
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

    (void)state;
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

    (void)state;
    unlink(path);
    assert_int_equal(try_connect(path, &fd, &failure), CODE_CANNOT_CONNECT);
    check_contains(failure.text, path);
    close(listen_unix()); // the name is there, but nobody listens
    assert_int_equal(try_connect(path, &fd, &failure), CODE_CANNOT_CONNECT);
    check_contains(failure.text, "nobody listens");
    assert_int_equal(try_connect(folder, &fd, &failure), CODE_CANNOT_CONNECT);
    assert_int_equal(try_connect("tcp:x", &fd, &failure), CODE_USAGE);
}

// A session's failure with a process that accepts nobody, `stop`ped or not.
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
        listen(listener, 4); // who listens last is the peer's process
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

static void a_busy_monitors_process_is_named(void **state)
{
    (void)state;
    check_silent_peer(false, "another client");
}

static void a_stopped_qemu_is_told_as_stopped(void **state)
{
    (void)state;
    check_silent_peer(true, "is stopped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unix_socket_is_connected_to),
        cmocka_unit_test(a_tcp_port_is_connected_to),
        cmocka_unit_test(nobody_there_cannot_be_connected_to),
        cmocka_unit_test(a_busy_monitors_process_is_named),
        cmocka_unit_test(a_stopped_qemu_is_told_as_stopped),
    };

    return cmocka_run_group_tests_name("host_connect", tests, make_folder,
                                       remove_folder);
}
