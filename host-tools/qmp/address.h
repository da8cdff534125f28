// SPDX-License-Identifier: MIT
// Parsing of a typed monitor address. Pure.
// Limits: unix and TCP sockets; host names are not resolved here.
#ifndef QMP_ADDRESS_H
#define QMP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/failure.h"

enum {
    ADDRESS_HOST = 256,
    ADDRESS_PORT = 6,
    ADDRESS_PATH = 108
};

enum address_kind {
    ADDRESS_UNIX,
    ADDRESS_TCP
};

struct address {
    enum address_kind kind;
    // unix: as in sun_path; an abstract name begins with a NUL. The length
    // includes the NUL at the end of a path; an abstract name has no such NUL.
    char path[ADDRESS_PATH];
    size_t path_length;
    char host[ADDRESS_HOST]; // tcp: without the brackets of [v6]
    char port[ADDRESS_PORT]; // tcp: "1".."65535"
};

// PATH, unix:PATH, @NAME and unix:@NAME (an abstract name, unix(7), as QEMU's
// abstract=on makes it with its tight=on), tcp:HOST:PORT, HOST:PORT, [V6]:PORT,
// tcp:[V6]:PORT. Without a prefix, text with a "/" or without a ":" is a path
// or a name; so is HOST:WORD when WORD is no number. Failure: CODE_USAGE with
// the reason.
MUST_USE bool address_parse(const char *text, struct address *address,
                            struct failure *failure);

#endif
