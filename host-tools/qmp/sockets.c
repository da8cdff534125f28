// SPDX-License-Identifier: MIT
// A monitor's sockets, found in the kernel's list.
#include "qmp/sockets.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "qmp/socket_list.h"

static size_t count(const struct socket_list *list)
{
    return list->entries.length / sizeof(struct socket_entry);
}

static const struct socket_entry *get(const struct socket_list *list,
                                      size_t index)
{
    return (const struct socket_entry *)(const void *)list->entries.data +
           index;
}

static bool same(const struct socket_end *a, const struct socket_end *b)
{
    return a->file == b->file && a->device == b->device && a->port == b->port &&
           memcmp(&a->host, &b->host, sizeof a->host) == 0 &&
           memcmp(a->path, b->path, sizeof a->path) == 0;
}

static const struct socket_entry *by_inode(const struct socket_list *list,
                                           uint32_t inode)
{
    for (size_t i = 0; inode && i < count(list); i++) {
        if (get(list, i)->inode == inode) {
            return get(list, i);
        }
    }
    return NULL;
}

// Whether the socket is bound to the file at the path. stat may show another
// device number than the kernel's own (overlayfs, btrfs); then the name
// decides.
static bool is_bound_to(const struct socket_end *end,
                        const struct sockaddr_un *name)
{
    struct stat status;

    if (name->sun_path[0] == '\0') {
        return memcmp(end->path, name->sun_path, sizeof end->path) == 0;
    }
    return stat(name->sun_path, &status) == 0 &&
           end->file == (uint32_t)status.st_ino &&
           (end->device ==
                (major(status.st_dev) << 20 | minor(status.st_dev)) ||
            strncmp(end->path, name->sun_path, sizeof end->path) == 0);
}

static const struct socket_entry *unix_listener(const struct socket_list *list,
                                                const struct sockaddr_un *name)
{
    const struct socket_entry *own = by_inode(list, list->ours);
    const struct socket_entry *taken = own ? by_inode(list, own->peer) : NULL;

    for (size_t i = 0; i < count(list); i++) {
        const struct socket_entry *entry = get(list, i);
        if (entry->listening && (taken ? same(&entry->local, &taken->local)
                                 : own ? entry->has_ours
                                       : is_bound_to(&entry->local, name))) {
            return entry;
        }
    }
    return NULL;
}

static struct socket_end end_of(const struct sockaddr *address)
{
    const struct sockaddr_in *four = (const void *)address;
    const struct sockaddr_in6 *six = (const void *)address;

    return address->sa_family == AF_INET6
               ? socket_end_tcp(AF_INET6, &six->sin6_addr, six->sin6_port)
               : socket_end_tcp(AF_INET, &four->sin_addr, four->sin_port);
}

static bool is_any(const struct in6_addr *host)
{
    static const struct in6_addr any_four = {
        .s6_addr = {[10] = 0xff, [11] = 0xff}};

    return IN6_IS_ADDR_UNSPECIFIED(host) ||
           memcmp(host, &any_four, sizeof any_four) == 0;
}

static const struct socket_entry *tcp_listener(const struct socket_list *list,
                                               const struct socket_end *server)
{
    for (size_t i = 0; i < count(list); i++) {
        const struct socket_entry *entry = get(list, i);
        if (entry->listening && entry->local.port == server->port &&
            (is_any(&entry->local.host) || same(&entry->local, server))) {
            return entry;
        }
    }
    return NULL;
}

// The inode of the other end of an accepted connection.
static uint32_t far_end(const struct socket_list *list,
                        const struct socket_entry *taken)
{
    if (taken->remote.port == 0) {
        return taken->peer;
    }
    for (size_t i = 0; i < count(list); i++) {
        const struct socket_entry *entry = get(list, i);
        if (same(&entry->local, &taken->remote) &&
            same(&entry->remote, &taken->local)) {
            return entry->inode;
        }
    }
    return 0;
}

// Looks for an accepted connection at the server's address.
static void find_client(const struct socket_list *list,
                        const struct socket_end *server,
                        struct sockets *sockets)
{
    for (size_t i = 0; i < count(list) && !sockets->client; i++) {
        const struct socket_entry *entry = get(list, i);
        if (entry->listening || entry->inode == 0 ||
            !same(&entry->local, server)) {
            continue;
        }
        uint32_t client = far_end(list, entry);
        if (client == 0 || client != list->ours) {
            sockets->served = true;
            sockets->client = client;
        }
    }
}

struct sockets sockets_at(int fd, const struct sockaddr *address)
{
    struct sockets sockets = {0};
    struct socket_list list = {0};
    struct stat status;
    const struct socket_entry *listener;
    struct socket_end server = {0};

    list.ours = fstat(fd, &status) < 0 ? 0 : (uint32_t)status.st_ino;
    if (address->sa_family == AF_UNIX) {
        socket_list_unix(&list);
        listener = unix_listener(&list, (const void *)address);
        if (listener) {
            server = listener->local;
        }
    } else {
        socket_list_tcp(&list);
        server = end_of(address);
        listener = tcp_listener(&list, &server);
    }
    if (listener) {
        sockets.known = true;
        sockets.listener = listener->inode;
        find_client(&list, &server, &sockets);
    }
    buffer_free(&list.entries);
    return sockets;
}
