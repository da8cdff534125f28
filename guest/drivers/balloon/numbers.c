// SPDX-License-Identifier: MIT
// The numbers of a balloon's queues, and the one that differs in QEMU. VIRTIO
// 1.4, 5.5.2 "Virtqueues".
#include "drivers/balloon/numbers.h"

#include "virtio/features.h"

static uint16_t if_there(uint32_t existing, uint16_t number)
{
    return (existing >> number & 1) != 0 ? number : BALLOON_NO_QUEUE;
}

static uint16_t if_offered(uint64_t offered, enum virtio_feature feature,
                           uint32_t existing, uint16_t number)
{
    return feature_in(offered, feature) ? if_there(existing, number)
                                        : BALLOON_NO_QUEUE;
}

static uint16_t reporting_number(uint64_t offered, uint32_t existing)
{
    const uint16_t by_the_book =
        if_offered(offered, VIRTIO_BALLOON_F_PAGE_REPORTING, existing, 4);

    if (by_the_book != BALLOON_NO_QUEUE ||
        feature_in(offered, VIRTIO_BALLOON_F_FREE_PAGE_HINT)) {
        return by_the_book;
    }
    return if_offered(offered, VIRTIO_BALLOON_F_PAGE_REPORTING, existing, 3);
}

struct balloon_numbers balloon_number_queues(uint64_t offered,
                                             uint32_t existing)
{
    return (struct balloon_numbers){
        .inflate = if_there(existing, 0),
        .deflate = if_there(existing, 1),
        .stats = if_offered(offered, VIRTIO_BALLOON_F_STATS_VQ, existing, 2),
        .hint =
            if_offered(offered, VIRTIO_BALLOON_F_FREE_PAGE_HINT, existing, 3),
        .reporting = reporting_number(offered, existing),
    };
}
