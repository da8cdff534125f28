// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into JSON objects. The size of each read from the
// socket makes no difference.
// Limits: finds the end of an object; validity is checked by qmp/json.h.
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

// Adds bytes from the socket.
void framer_push(struct framer *framer, const char *bytes, size_t length);

enum framer_result {
    FRAMER_MESSAGE,  // *text and *length hold one object, "{" to "}"
    FRAMER_MORE,     // no complete object yet
    FRAMER_GARBAGE,  // *text shows the bytes where an object should begin
    FRAMER_OVERSIZE, // the object is longer than FRAMER_LIMIT
};

// The next object. White space between objects (blank lines, CR LF) is
// skipped. The text is valid until the next framer_push; no NUL ends it. After
// GARBAGE or OVERSIZE the stream cannot be trusted: the result stays the same.
MUST_USE enum framer_result framer_next(struct framer *framer,
                                        const char **text, size_t *length);

// The number of bytes of an incomplete message.
size_t framer_pending(const struct framer *framer);

#endif
