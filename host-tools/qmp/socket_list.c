// SPDX-License-Identifier: MIT
// The kernel's list of sockets, read over netlink.
// Linux, sock_diag(7), unix_diag.h, inet_diag.h.
#include "qmp/socket_list.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ANSWER = 32768
};

typedef void take_message(struct socket_list *list,
                          const struct nlmsghdr *message);

static bool has_inode(const struct rtattr *attribute, uint32_t inode)
{
    const uint32_t *inodes = RTA_DATA(attribute);

    for (size_t i = 0; i < RTA_PAYLOAD(attribute) / sizeof *inodes; i++) {
        if (inodes[i] == inode) {
            return true;
        }
    }
    return false;
}

static void take_attribute(const struct socket_list *list,
                           struct socket_entry *entry,
                           const struct rtattr *attribute)
{
    const void *data = RTA_DATA(attribute);
    const size_t length = RTA_PAYLOAD(attribute);

    switch (attribute->rta_type) {
    case UNIX_DIAG_NAME:
        if (length <= sizeof entry->local.path) {
            memcpy(entry->local.path, data, length);
        }
        break;
    case UNIX_DIAG_VFS:
        entry->local.file = ((const struct unix_diag_vfs *)data)->udiag_vfs_ino;
        entry->local.device =
            ((const struct unix_diag_vfs *)data)->udiag_vfs_dev;
        break;
    case UNIX_DIAG_PEER:
        entry->peer = *(const uint32_t *)data;
        break;
    case UNIX_DIAG_ICONS:
        entry->has_ours = has_inode(attribute, list->ours);
        break;
    default:
        break;
    }
}

static void take_unix(struct socket_list *list, const struct nlmsghdr *message)
{
    const struct unix_diag_msg *said = NLMSG_DATA(message);
    int left = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof *said));
    struct socket_entry entry = {.inode = said->udiag_ino,
                                 .listening = said->udiag_state == TCP_LISTEN};

    for (const struct rtattr *attribute = (const void *)(said + 1);
         RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        take_attribute(list, &entry, attribute);
    }
    buffer_add(&list->entries, &entry, sizeof entry);
}

struct socket_end socket_end_tcp(int family, const void *host, uint16_t port)
{
    struct socket_end end = {.port = port};

    if (family == AF_INET6) {
        memcpy(&end.host, host, sizeof end.host);
    } else {
        memset(&end.host.s6_addr[10], 0xff, 2);
        memcpy(&end.host.s6_addr[12], host, 4);
    }
    return end;
}

static void take_tcp(struct socket_list *list, const struct nlmsghdr *message)
{
    const struct inet_diag_msg *said = NLMSG_DATA(message);
    const struct inet_diag_sockid *id = &said->id;
    struct socket_entry entry = {
        .inode = said->idiag_inode,
        .listening = said->idiag_state == TCP_LISTEN,
        .local =
            socket_end_tcp(said->idiag_family, id->idiag_src, id->idiag_sport),
        .remote =
            socket_end_tcp(said->idiag_family, id->idiag_dst, id->idiag_dport),
    };

    buffer_add(&list->entries, &entry, sizeof entry);
}

// Requests all sockets of a family; without an answer the list gets none.
static void ask(struct socket_list *list, const void *request, size_t length,
                take_message *take)
{
    struct {
        struct nlmsghdr header;
        char request[64];
    } asked = {.header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(length),
                          .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
    static _Alignas(struct nlmsghdr) char answer[ANSWER];
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    bool more = fd >= 0;

    memcpy(asked.request, request, length);
    more = more && send(fd, &asked, asked.header.nlmsg_len, 0) > 0;
    while (more) {
        // The kernel has the next part ready: no wait is needed.
        ssize_t got = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
        size_t left = got > 0 ? (size_t)got : 0;
        more = left > 0;
        for (const struct nlmsghdr *message = (const void *)answer;
             more && NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            more = message->nlmsg_type == SOCK_DIAG_BY_FAMILY;
            if (more) {
                take(list, message);
            }
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

void socket_list_unix(struct socket_list *list)
{
    const struct unix_diag_req request = {
        .sdiag_family = AF_UNIX,
        .udiag_states = 1 << TCP_ESTABLISHED | 1 << TCP_LISTEN,
        .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER |
                      UDIAG_SHOW_ICONS,
        .udiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
    };

    ask(list, &request, sizeof request, take_unix);
}

void socket_list_tcp(struct socket_list *list)
{
    struct inet_diag_req_v2 request = {
        .sdiag_protocol = IPPROTO_TCP,
        .idiag_states =
            1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT | 1 << TCP_LISTEN,
        .id.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
    };

    request.sdiag_family = AF_INET;
    ask(list, &request, sizeof request, take_tcp);
    request.sdiag_family = AF_INET6;
    ask(list, &request, sizeof request, take_tcp);
}
