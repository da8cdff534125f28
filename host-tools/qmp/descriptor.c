// SPDX-License-Identifier: MIT
// Passing a file descriptor: SCM_RIGHTS, then getfd.
// Limits: between two commands, when no output is waiting to be sent.
#include "qmp/descriptor.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "qmp/session_internal.h"

// Sends the descriptor with a blank, which JSON allows between two values. QEMU
// keeps the descriptor until a getfd asks for it.
static bool send_descriptor(int socket, int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof fd)];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec blank = {.iov_base = (char[]){' '}, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &blank,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

bool descriptor_give(struct session *session, int fd, const char *name,
                     struct deadline deadline, struct failure *failure)
{
    struct json_object *arguments = json_object_new_object();

    assert(session->out.length == 0);
    json_object_object_add(arguments, "fdname", json_object_new_string(name));
    // session_execute reports a broken session, below.
    if (session->state == SESSION_READY && !send_descriptor(session->fd, fd)) {
        json_object_put(arguments);
        return failure_set(failure, CODE_HOST,
                           "cannot give QEMU an open file: %s",
                           strerror(errno));
    }
    session_note(session, "an open file, for getfd");
    return session_execute(session, "getfd", arguments, deadline, NULL,
                           failure);
}
