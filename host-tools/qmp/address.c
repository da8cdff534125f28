// SPDX-License-Identifier: MIT
// Parsing of monitor addresses.
// Limits: a port is a number, not a service name.
#include "qmp/address.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static bool parse_unix(const char *path, struct address *address,
                       struct failure *failure)
{
    const size_t length = strlen(path);
    const bool abstract = *path == '@';

    if (length == 0 || (abstract && length == 1)) {
        return failure_set(failure, CODE_USAGE, "the socket's %s is empty",
                           abstract ? "name" : "path");
    }
    if (length + !abstract > sizeof address->path) {
        return failure_set(failure, CODE_USAGE,
                           "the socket's %s has %zu characters, a unix "
                           "socket's may have %d",
                           abstract ? "name" : "path", length - abstract,
                           ADDRESS_PATH - 1);
    }
    if (strstr(path, ",abstract=on")) {
        return failure_set(failure, CODE_USAGE,
                           "an abstract socket NAME is written @NAME here, "
                           "without QEMU's ',abstract=on'");
    }
    address->kind = ADDRESS_UNIX;
    address->path_length = length + !abstract;
    memcpy(address->path, path, address->path_length);
    if (abstract) {
        address->path[0] = '\0';
    }
    return true;
}

static bool port_ok(const char *port)
{
    uint64_t number;

    return strlen(port) < ADDRESS_PORT &&
           text_to_uint64(port, &number) == NUMBER_OK && number > 0 &&
           number <= UINT16_MAX;
}

// HOST:PORT or [V6]:PORT.
static bool parse_tcp(const char *text, struct address *address,
                      struct failure *failure)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t length = colon ? (size_t)(colon - text) : 0;

    if (!colon || !port_ok(colon + 1)) {
        return failure_set(failure, CODE_USAGE,
                           "'%s' has no port number 1..65535 at its end", text);
    }
    if (*host == '[') {
        if (length < 3 || host[length - 1] != ']') {
            return failure_set(failure, CODE_USAGE,
                               "'%s' is not of the form [ADDRESS]:PORT", text);
        }
        host++;
        length -= 2;
    } else if (memchr(host, ':', length)) {
        return failure_set(failure, CODE_USAGE,
                           "'%s' has too many colons: an IPv6 address is "
                           "written in brackets, [ADDRESS]:PORT",
                           text);
    }
    if (length == 0 || length >= sizeof address->host) {
        return failure_set(failure, CODE_USAGE, "'%s' has no usable host name",
                           text);
    }
    address->kind = ADDRESS_TCP;
    memcpy(address->host, host, length);
    address->host[length] = '\0';
    memcpy(address->port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

bool address_parse(const char *text, struct address *address,
                   struct failure *failure)
{
    const char *colon = strrchr(text, ':');

    *address = (struct address){.kind = ADDRESS_UNIX};
    if (strncmp(text, "unix:", 5) == 0) {
        return parse_unix(text + 5, address, failure);
    }
    if (strncmp(text, "tcp:", 4) == 0) {
        return parse_tcp(text + 4, address, failure);
    }
    if (*text != '[' && (*text == '@' || strchr(text, '/') || !colon ||
                         colon[1 + strspn(colon + 1, "0123456789")])) {
        return parse_unix(text, address, failure);
    }
    return parse_tcp(text, address, failure);
}
