// SPDX-License-Identifier: MIT
// A bounded queue of QMP events, oldest first.
// Limits: EVENTS_LIMIT events that cost EVENTS_MEMORY bytes together; what
// comes on top drops the oldest ones, counted, so that a storm costs history
// and never memory.
#ifndef QMP_EVENTS_H
#define QMP_EVENTS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EVENTS_LIMIT = 256,
    EVENTS_MEMORY = 16 * 1024 * 1024
};

// All bits zero is an empty queue.
struct events {
    struct event {
        struct json_object *object;
        size_t cost; // as json_cost tells it
    } items[EVENTS_LIMIT];
    unsigned first;
    unsigned count;
    size_t cost;      // of all
    uint64_t dropped; // since the beginning
};

// Takes over the caller's reference. One event alone may cost more than
// EVENTS_MEMORY, as far as json_parse lets it.
void events_add(struct events *events, struct json_object *event, size_t cost);

// The oldest event, removed: the caller's to put. NULL when there is none.
struct json_object *events_take(struct events *events);

// Iterates without removing: start with *position = 0; NULL at the end.
// The event is borrowed until the queue changes.
struct json_object *events_next(const struct events *events,
                                unsigned *position);

// The oldest event of the name, removed: the caller's to put. The others stay
// in order. NULL when there is none.
struct json_object *events_take_named(struct events *events, const char *name);

// Puts all of them; `dropped` stays.
void events_clear(struct events *events);

#endif
