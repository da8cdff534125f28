// SPDX-License-Identifier: MIT
// The sockets at a monitor's address on this host: the listening socket, and
// the other end of the connection that it serves. Linux, sock_diag(7).
// Limits: unix and TCP; sockets of other network namespaces are not visible,
// and a kernel without the modules unix_diag and tcp_diag lists none.
#ifndef QMP_SOCKETS_H
#define QMP_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct sockets {
    bool known;        // the kernel's list has the listening socket
    bool served;       // the server has accepted a connection from another
                       // client
    uint32_t listener; // inode, 0: unknown
    uint32_t client;   // inode of that client's socket, 0: unknown
};

// Looks for the listener that `fd` is connected to; if `fd` is not connected,
// for the listener at the address.
struct sockets sockets_at(int fd, const struct sockaddr *address);

#endif
