// SPDX-License-Identifier: MIT
// A ring of events.
// Limits: EVENTS_LIMIT, EVENTS_MEMORY; new events push out the oldest ones.
#include "qmp/events.h"

#include <stddef.h>
#include <string.h>

#include "qmp/json.h"

void events_add(struct events *events, struct json_object *event, size_t cost)
{
    while (events->count == EVENTS_LIMIT ||
           (events->count && events->cost + cost > EVENTS_MEMORY)) {
        json_object_put(events_take(events));
        events->dropped++;
    }
    events->items[(events->first + events->count) % EVENTS_LIMIT] =
        (struct event){event, cost};
    events->count++;
    events->cost += cost;
}

struct json_object *events_take(struct events *events)
{
    if (events->count == 0) {
        return NULL;
    }
    struct event event = events->items[events->first];
    events->first = (events->first + 1) % EVENTS_LIMIT;
    events->count--;
    events->cost -= event.cost;
    return event.object;
}

struct json_object *events_next(const struct events *events, unsigned *position)
{
    if (*position >= events->count) {
        return NULL;
    }
    unsigned index = (events->first + *position) % EVENTS_LIMIT;
    ++*position;
    return events->items[index].object;
}

struct json_object *events_take_named(struct events *events, const char *name)
{
    unsigned position = 0;
    struct json_object *event;

    while ((event = events_next(events, &position))) {
        const char *its = json_member_string(event, "event");
        if (!its || strcmp(its, name) != 0) {
            continue;
        }
        events->cost -=
            events->items[(events->first + position - 1) % EVENTS_LIMIT].cost;
        for (unsigned i = events->first + position; position < events->count;
             i++, position++) {
            events->items[(i - 1) % EVENTS_LIMIT] =
                events->items[i % EVENTS_LIMIT];
        }
        events->count--;
        return event;
    }
    return NULL;
}

void events_clear(struct events *events)
{
    struct json_object *event;

    while ((event = events_take(events))) {
        json_object_put(event);
    }
}
