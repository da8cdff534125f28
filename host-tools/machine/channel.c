// SPDX-License-Identifier: MIT
// Making and closing the channels between the tool and QEMU.
#include "machine/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool channel_sockets(int ends[2], struct failure *failure)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        ends[0] = ends[1] = -1;
        return failure_set(failure, CODE_HOST,
                           "cannot make a pair of sockets: %s",
                           strerror(errno));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return true;
}

bool channel_pipe(int ends[2], struct failure *failure)
{
    if (pipe2(ends, O_CLOEXEC) < 0) {
        ends[0] = ends[1] = -1;
        return failure_set(failure, CODE_HOST, "cannot make a pipe: %s",
                           strerror(errno));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return true;
}

bool channel_input(int ends[2], struct failure *failure)
{
    int turned[2];
    bool ok = channel_pipe(turned, failure);

    ends[0] = turned[1];
    ends[1] = turned[0];
    if (ok) {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        fcntl(ends[1], F_SETFL, 0);
    }
    return ok;
}

void channel_close(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}
