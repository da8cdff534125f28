// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into JSON objects: parses values, not reads, so it
// makes no difference where a read was split or how much it brought.
// Limits: finds where an object ends, not whether it is valid (qmp/json.h).
#ifndef QMP_FRAMER_H
#define QMP_FRAMER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

enum {
    FRAMER_LIMIT = 4 * 1024 * 1024
}; // bytes in one message

struct framer;

struct framer *framer_create(void);
void framer_destroy(struct framer *framer); // NULL is allowed

// Adds bytes as they came from the socket.
void framer_push(struct framer *framer, const char *bytes, size_t length);

enum framer_result {
    FRAMER_MESSAGE,  // *text and *length hold one object, "{" to "}"
    FRAMER_MORE,     // no complete object yet
    FRAMER_GARBAGE,  // *text shows what stands where an object should begin
    FRAMER_OVERSIZE, // the object has passed FRAMER_LIMIT
};

// The next object. White space between objects (blank lines, CR LF) is
// skipped. The text is valid until the next framer_push, and no NUL ends it.
// After GARBAGE or OVERSIZE it stays there for ever: the stream cannot be
// trusted again.
MUST_USE enum framer_result framer_next(struct framer *framer,
                                        const char **text, size_t *length);

// Bytes of a message that has begun and not ended.
size_t framer_pending(const struct framer *framer);

#endif
