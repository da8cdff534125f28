// SPDX-License-Identifier: MIT
// Cuts a byte stream into JSON objects by counting braces outside strings.
// Limits: FRAMER_LIMIT bytes a message; qmp/json.c checks the validity.
#include "qmp/framer.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

struct framer {
    struct buffer data;
    size_t start;   // the first byte of the next message
    size_t scanned; // the first byte that was not scanned yet
    size_t depth;   // open braces
    bool in_string;
    bool escaped; // the next byte follows a backslash in a string
};

struct framer *framer_create(void)
{
    return memory_get(sizeof(struct framer));
}

void framer_destroy(struct framer *framer)
{
    if (framer) {
        buffer_free(&framer->data);
        free(framer);
    }
}

void framer_push(struct framer *framer, const char *bytes, size_t length)
{
    // Finished messages are removed here, not one by one in framer_next: a
    // thousand messages in one read cost one move.
    buffer_drop(&framer->data, framer->start);
    framer->scanned -= framer->start;
    framer->start = 0;
    buffer_add(&framer->data, bytes, length);
}

// Skips white space before a message. False: the next byte is not "{".
static bool find_start(struct framer *framer)
{
    while (framer->start < framer->data.length) {
        char byte = framer->data.data[framer->start];
        if (byte == '{') {
            break;
        }
        if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n') {
            return false;
        }
        framer->start++;
    }
    framer->scanned = framer->start;
    return true;
}

// Scans one byte; true when it ends the message.
static bool scan_byte(struct framer *framer, char byte)
{
    if (framer->escaped) {
        framer->escaped = false;
    } else if (framer->in_string) {
        framer->escaped = byte == '\\';
        framer->in_string = byte != '"';
    } else if (byte == '"') {
        framer->in_string = true;
    } else if (byte == '{') {
        framer->depth++;
    } else if (byte == '}') {
        framer->depth--;
        return framer->depth == 0;
    }
    return false;
}

enum framer_result framer_next(struct framer *framer, const char **text,
                               size_t *length)
{
    if (framer->depth == 0 && !find_start(framer)) {
        *text = framer->data.data + framer->start;
        *length = framer->data.length - framer->start;
        return FRAMER_GARBAGE;
    }
    while (framer->scanned < framer->data.length) {
        if (framer->scanned - framer->start >= FRAMER_LIMIT) {
            return FRAMER_OVERSIZE;
        }
        if (scan_byte(framer, framer->data.data[framer->scanned++])) {
            *text = framer->data.data + framer->start;
            *length = framer->scanned - framer->start;
            framer->start = framer->scanned;
            return FRAMER_MESSAGE;
        }
    }
    return FRAMER_MORE;
}

size_t framer_pending(const struct framer *framer)
{
    return framer->depth ? framer->data.length - framer->start : 0;
}
