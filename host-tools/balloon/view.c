// SPDX-License-Identifier: MIT
// Queries QEMU for machine state, device status and queues.
#include "balloon/view.h"

#include <string.h>

#include "balloon/registers.h"
#include "base/text.h"
#include "qmp/json.h"

static void read_machine(const struct balloon *balloon, struct view *view)
{
    AUTO_JSON struct json_object *answer = NULL;
    struct failure ignored;

    view->running = true;
    if (!session_execute(balloon->session, "query-status", NULL,
                         balloon->deadline, &answer, &ignored)) {
        return;
    }
    const char *word = json_member_string(answer, "status");

    if (word) {
        text_escape(view->machine, sizeof view->machine, word, strlen(word));
        view->running = json_object_get_boolean(json_member(answer, "running"));
    }
}

// An unmapped status register means that no driver uses the device: status 0.
static void read_status(const struct balloon *balloon, struct view *view)
{
    struct registers_value value = {0};

    registers_read(balloon, REGISTERS_STATUS, &value);
    view->has_status = value.unmapped || (value.known && value.value <= 0xff);
    view->status = value.known ? (uint8_t)value.value : 0;
}

static bool read_numbers(struct json_object *answer, struct view_queue *queue)
{
    uint64_t descriptors = 0;
    const struct {
        const char *name;
        uint64_t *number;
    } members[] = {
        {"vring-desc", &descriptors},       {"vring-num", &queue->size},
        {"last-avail-idx", &queue->popped}, {"used-idx", &queue->used},
        {"inuse", &queue->inuse},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (json_uint64(json_member(answer, members[i].name),
                        members[i].number) != JSON_INTEGER_OK) {
            return false;
        }
    }
    queue->set_up = descriptors != 0;
    return queue->size > 0;
}

static void read_queue(const struct balloon *balloon, unsigned number,
                       struct view_queue *queue)
{
    AUTO_JSON struct json_object *answer = NULL;
    struct failure ignored;

    if (session_execute(balloon->session, "x-query-virtio-queue-status",
                        balloon_queue_arguments(balloon, number),
                        balloon->deadline, &answer, &ignored)) {
        queue->known = read_numbers(answer, queue);
    }
}

void view_read(const struct balloon *balloon, struct view *view)
{
    *view = (struct view){0};
    read_machine(balloon, view);
    read_status(balloon, view);
    for (unsigned i = 0; i < VIEW_QUEUES; i++) {
        read_queue(balloon, i, &view->queues[i]);
    }
}

bool view_lost(const struct view_queue *queue)
{
    return queue->known && queue->set_up &&
           queue->popped % queue->size !=
               (queue->used % queue->size + queue->inuse % queue->size) %
                   queue->size;
}

bool view_awaits(const struct view_queue *queue)
{
    return queue->known && queue->set_up && queue->inuse == 0 &&
           queue->used > 0 && !view_lost(queue);
}

bool view_first(const struct view_queue *queue)
{
    return queue->known && queue->set_up && queue->inuse == 1 &&
           queue->used == 0;
}
