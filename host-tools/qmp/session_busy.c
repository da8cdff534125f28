// SPDX-License-Identifier: MIT
// Whose process is at the other end, and why a monitor does not greet.
// Limits: only a unix socket tells whose process is at the other end.
#include "qmp/session_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

// Name and state of a process as /proc has them ("qemu-system-x86", 'T').
static bool look_up(pid_t pid, char *name, size_t size, char *state)
{
    char path[64];
    char line[256];

    text_format(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) {
        return false;
    }
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    // "pid (name) state ...": the name may hold blanks and parentheses.
    char *open = strchr(line, '(');
    char *end = strrchr(line, ')');
    if (!open || !end || end < open || strlen(end) < 3) {
        return false;
    }
    text_escape(name, size, open + 1, (size_t)(end - open - 1));
    *state = end[2];
    return true;
}

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

bool session_no_greeting(int fd, struct failure *failure)
{
    const int peer = (int)peer_of(fd);
    char name[80];
    char state = 0;

    failure_set(failure, CODE_MONITOR_BUSY,
                "the monitor connects but does not greet: ");
    if (peer <= 0 || !look_up(peer, name, sizeof name, &state)) {
        return failure_add(failure, "another client holds it, or QEMU is "
                                    "stopped");
    }
    if (state == 'T' || state == 't') {
        return failure_add(failure,
                           "process %d (%s) is stopped; kill -CONT %d lets it "
                           "go on",
                           peer, name, peer);
    }
    return failure_add(failure,
                       "another client holds it, or QEMU is stuck (process "
                       "%d, %s); a monitor serves one client at a time",
                       peer, name);
}
