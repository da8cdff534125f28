// SPDX-License-Identifier: MIT
// A virtqueue against a fake ring. Host tests only.
#include "fakes/ring_rig.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

const unsigned ring_split = 0;
const unsigned ring_packed = RING_PACKED;

void ring_rig_start(struct ring_rig *rig, uint16_t size, unsigned options)
{
    struct virtqueue_config config = {
        .packed = (options & RING_PACKED) != 0,
        .size = size,
        .used_align = (options & RING_LEGACY) != 0 ? 4096 : 4,
        .event_idx = (options & RING_EVENT_IDX) != 0,
        .indirect = (options & RING_INDIRECT) != 0,
        .in_order = (options & RING_IN_ORDER) != 0,
        .length_reliable = (options & RING_LEGACY) == 0,
    };

    fake_report_clear();
    fake_memory_reset();
    fake_memory_dirty(true);
    *rig = (struct ring_rig){0};
    config.private_bytes = virtqueue_private_bytes(&config);
    rig->private_memory = malloc(config.private_bytes);
    if (rig->private_memory == NULL ||
        !fake_memory_alloc(virtqueue_ring_bytes(&config), &rig->memory) ||
        !fake_memory_alloc(4096, &rig->buffer)) {
        abort();
    }
    config.private_memory = rig->private_memory;
    config.ring = rig->memory;
    rig->queue = virtqueue_create(&config, &rig->at);
    rig->ring.event_idx = config.event_idx;
    rig->ring.indirect = config.indirect;
    rig->ring.packed = config.packed;
    rig->ring.in_order = config.in_order;
    fake_ring_attach(&rig->ring, size, rig->at.descriptors.value,
                     rig->at.driver.value, rig->at.device.value);
}

void ring_rig_stop(struct ring_rig *rig)
{
    fake_ring_detach(&rig->ring);
    free(rig->private_memory);
}

enum error ring_rig_add_chain(struct ring_rig *rig, uintptr_t number,
                              uint16_t readable, uint16_t writable,
                              const struct dma_block *table)
{
    struct queue_segment segments[FAKE_SEGMENTS + 1];

    for (unsigned i = 0; i < FAKE_SEGMENTS + 1; i++) {
        segments[i] = (struct queue_segment){
            .address = paddr_add(rig->buffer.device, 16 * i),
            .bytes = 16,
        };
    }
    return virtqueue_add(rig->queue, &(struct queue_buffer){
                                         .segments = segments,
                                         .readable = readable,
                                         .writable = writable,
                                         .token = (void *)number,
                                         .table = table,
                                     });
}

enum error ring_rig_add(struct ring_rig *rig, uintptr_t number)
{
    return ring_rig_add_chain(rig, number, 1, 0, NULL);
}

void ring_rig_send(struct ring_rig *rig, uintptr_t number, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const enum error error = ring_rig_add(rig, number + i);

        if (error != OK) {
            fake_violation("rig: add returned %s", error_name(error));
        }
    }
    (void)!virtqueue_publish(rig->queue);
}

uintptr_t ring_rig_pop(struct ring_rig *rig)
{
    void *token = NULL;
    uint32_t written = 0;
    const enum error error = virtqueue_pop(rig->queue, &token, &written);

    if (error != OK && error != ERR_EMPTY) {
        fake_violation("rig: pop returned %s", error_name(error));
    }
    return error == OK ? (uintptr_t)token : 0;
}

bool ring_rig_dies(struct ring_rig *rig, const char *fault)
{
    void *token = NULL;
    uint32_t written = 77;
    bool dead = virtqueue_pop(rig->queue, &token, &written) == ERR_DEVICE &&
                token == NULL && written == 77 &&
                virtqueue_fault(rig->queue) != NULL &&
                strcmp(virtqueue_fault(rig->queue), fault) == 0;

    if (rig->ring.packed) { // undoes the lie
        fake_packed_set_flags(&rig->ring, 0);
    } else {
        fake_split_set_used_idx(&rig->ring, 0);
    }
    dead = dead && virtqueue_pop(rig->queue, &token, &written) == ERR_DEVICE &&
           ring_rig_add(rig, 2) == ERR_DEVICE && !virtqueue_publish(rig->queue);
    ring_rig_stop(rig);
    return dead;
}
