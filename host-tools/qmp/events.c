// SPDX-License-Identifier: MIT
// A ring of events.
// Limits: EVENTS_LIMIT; the oldest makes room for the newest.
#include "qmp/events.h"

#include <stddef.h>

void events_add(struct events *events, struct json_object *event)
{
    if (events->count == EVENTS_LIMIT) {
        json_object_put(events_take(events));
        events->dropped++;
    }
    events->items[(events->first + events->count) % EVENTS_LIMIT] = event;
    events->count++;
}

struct json_object *events_take(struct events *events)
{
    if (events->count == 0) {
        return NULL;
    }
    struct json_object *event = events->items[events->first];
    events->first = (events->first + 1) % EVENTS_LIMIT;
    events->count--;
    return event;
}

struct json_object *events_next(const struct events *events, unsigned *position)
{
    if (*position >= events->count) {
        return NULL;
    }
    unsigned index = (events->first + *position) % EVENTS_LIMIT;
    ++*position;
    return events->items[index];
}

void events_clear(struct events *events)
{
    struct json_object *event;

    while ((event = events_take(events))) {
        json_object_put(event);
    }
}
