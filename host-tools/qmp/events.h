// SPDX-License-Identifier: MIT
// A bounded queue of QMP events, oldest first.
// Limits: EVENTS_LIMIT events that use EVENTS_MEMORY bytes together. Beyond
// that, a new event drops the oldest ones, and they are counted: a flood of
// events costs old events, not memory.
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
        size_t cost; // by json_cost
    } items[EVENTS_LIMIT];
    unsigned first;
    unsigned count;
    size_t cost;      // of all events
    uint64_t dropped; // since the beginning
};

// Takes over the caller's reference. A single event may cost more than
// EVENTS_MEMORY, up to the limit of json_parse.
void events_add(struct events *events, struct json_object *event, size_t cost);

// Removes the oldest event; the caller owns the reference. NULL: no event.
struct json_object *events_take(struct events *events);

// Iterates without removing: start with *position = 0; NULL at the end. The
// event is valid until the queue changes.
struct json_object *events_next(const struct events *events,
                                unsigned *position);

// Removes the oldest event of that name; the caller owns the reference. The
// other events stay in order. NULL: no such event.
struct json_object *events_take_named(struct events *events, const char *name);

// Removes and frees all events; `dropped` stays.
void events_clear(struct events *events);

#endif
