// SPDX-License-Identifier: MIT
// The process at the other end, and the reason why a monitor does not answer.
// Limits: processes of this host only; those of other users only for root.
#include "qmp/session_internal.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/text.h"
#include "qmp/sockets.h"

static pid_t peer_of(int fd)
{
    struct ucred peer = {0};
    socklen_t length = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0
               ? 0
               : peer.pid;
}

pid_t session_peer(const struct session *session)
{
    return peer_of(session->fd);
}

// Appends "aerostat events (pid 123), " if the process is visible.
static void add_holder(pid_t pid, struct failure *failure)
{
    struct proc holder;

    if (proc_read(pid, &holder)) {
        proc_words(&holder);
        failure_add(failure, "%s (pid %d), ", holder.name, (int)holder.pid);
    }
}

bool session_busy(int fd, const struct sockaddr *address,
                  struct failure *failure)
{
    const struct sockets sockets = sockets_at(fd, address);
    const pid_t peer = peer_of(fd);
    struct proc server;
    char shown[PROC_NAME + 32] = "QEMU";

    failure_set(failure, CODE_MONITOR_BUSY, "the monitor is busy: ");
    if (proc_read(peer > 0 ? peer : proc_of_socket(sockets.listener),
                  &server)) {
        text_format(shown, sizeof shown, "process %d (%s)", (int)server.pid,
                    server.name);
    }
    if (server.state == 'T' || server.state == 't') {
        return failure_add(failure, "%s is stopped; kill -CONT %d continues it",
                           shown, (int)server.pid);
    }
    if (sockets.served) {
        failure_add(failure, "it is held by ");
        add_holder(proc_of_socket(sockets.client), failure);
        failure_add(failure, "another client of %s", shown);
    } else if (sockets.known) {
        failure_add(failure, "%s is stuck: it serves no other client", shown);
    } else {
        failure_add(failure,
                    "another client holds it, or %s is stopped or "
                    "stuck",
                    shown);
    }
    return failure_add(failure, "; a monitor serves one client at a time");
}

bool session_no_greeting(const struct session *session, struct failure *failure)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;

    if (session->received) {
        return failure_set(failure, CODE_PROTOCOL,
                           "not a QMP monitor: no greeting is in the %llu "
                           "bytes that it has sent in time",
                           (unsigned long long)session->received);
    }
    (void)getpeername(session->fd, (struct sockaddr *)&name, &length);
    return session_busy(session->fd, (const struct sockaddr *)&name, failure);
}
