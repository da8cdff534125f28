// SPDX-License-Identifier: MIT
// The part of virtqueue creation that ring formats share. VIRTIO 1.4, 2.6
// "Virtqueues".
#include "virtio/queue/create.h"

#include "base/panic.h"
#include "virtio/queue/format.h"

static const struct queue_format *
format_of(const struct virtqueue_config *config)
{
    assert_that(config->size != 0 && config->size <= VIRTQUEUE_SIZE_MAX,
                "queue: size");
    return config->packed ? &packed_format : &split_format;
}

size_t virtqueue_ring_bytes(const struct virtqueue_config *config)
{
    return format_of(config)->ring_bytes(config);
}

size_t virtqueue_private_bytes(const struct virtqueue_config *config)
{
    return format_of(config)->private_bytes(config);
}

struct virtqueue *virtqueue_create(const struct virtqueue_config *config,
                                   struct queue_addresses *at)
{
    const struct queue_format *format = format_of(config);

    assert_that(config->ring.bytes >= format->ring_bytes(config),
                "queue: ring memory");
    assert_that(config->ring.device.value % 16 == 0 &&
                    (uintptr_t)config->ring.cpu % 16 == 0,
                "queue: ring alignment");
    assert_that(config->private_bytes >= format->private_bytes(config),
                "queue: private memory");
    assert_that((uintptr_t)config->private_memory % 8 == 0,
                "queue: private alignment");
    return format->create(config, at);
}
