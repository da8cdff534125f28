// SPDX-License-Identifier: MIT
// A split virtqueue against a fake ring. Host tests only.
#include "fakes/ring_rig.h"

#include <stdlib.h>

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

void ring_rig_start(struct ring_rig *rig, uint16_t size, unsigned options)
{
    struct virtqueue_config config = {
        .size = size,
        .used_align = (options & RING_LEGACY) != 0 ? 4096 : 4,
        .event_idx = (options & RING_EVENT_IDX) != 0,
        .indirect = (options & RING_INDIRECT) != 0,
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

uintptr_t ring_rig_pop(struct ring_rig *rig)
{
    void *token = NULL;
    uint32_t written = 0;
    const enum error error = virtqueue_pop(rig->queue, &token, &written);

    if (error != OK && error != ERR_EMPTY) {
        fake_violation("rig: pop says %s", error_name(error));
    }
    return error == OK ? (uintptr_t)token : 0;
}
