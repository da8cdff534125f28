// SPDX-License-Identifier: MIT
// The sockets at a monitor's address on this host: the one that listens, and
// the far end of the connection that it serves. Linux, sock_diag(7).
// Limits: unix and TCP; sockets of other network namespaces are not there, and
// a kernel without the modules unix_diag and tcp_diag says nothing.
#ifndef QMP_SOCKETS_H
#define QMP_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct sockets {
    bool known;        // the kernel has shown the listening socket
    bool served;       // the server has taken in another connection than ours
    uint32_t listener; // inode, 0: unknown
    uint32_t client;   // inode of that connection's far end, 0: unknown
};

// Looks for the listener that `fd` is connected to, or if it is not connected
// for the one at the address.
struct sockets sockets_at(int fd, const struct sockaddr *address);

#endif
