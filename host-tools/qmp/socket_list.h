// SPDX-License-Identifier: MIT
// The kernel's list of sockets, unix or TCP. Linux, sock_diag(7).
// Limits: sockets of this network namespace; a kernel without the modules
// unix_diag and tcp_diag lists none.
#ifndef QMP_SOCKET_LIST_H
#define QMP_SOCKET_LIST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "base/buffer.h"

// The address of a socket. Members that the family does not use are zero, so
// that two addresses are the same when all members are.
struct socket_end {
    uint32_t file; // unix: the inode of its file, and that file's device
    uint32_t device;
    uint16_t port;        // TCP, as in the packet
    struct in6_addr host; // TCP; of IPv4, mapped
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

struct socket_entry {
    uint32_t inode; // 0: a connection that the server has not accepted yet
    uint32_t peer;  // unix: the inode of the other end, 0 as above
    bool listening;
    bool has_ours; // unix: `ours` is in this listener's queue
    struct socket_end local;
    struct socket_end remote; // TCP
};

struct socket_list {
    uint32_t ours;         // the inode of a socket of the caller, 0: none
    struct buffer entries; // of struct socket_entry; the caller frees it
};

// Add the listening and the connected sockets.
void socket_list_unix(struct socket_list *list);
void socket_list_tcp(struct socket_list *list);

// `host` is a struct in_addr or in6_addr.
struct socket_end socket_end_tcp(int family, const void *host, uint16_t port);

#endif
