// SPDX-License-Identifier: MIT
// Offsets of the parts of a split ring. Pure. VIRTIO 1.4, 2.7 "Split
// Virtqueues", 2.7.2 (legacy).
#include "virtio/queue/split_ring.h"

#include "base/panic.h"

struct split_layout split_layout(uint16_t size, uint32_t used_align)
{
    assert_that(is_power_of_two(size), "split: size");
    assert_that(is_power_of_two(used_align) && used_align >= 4,
                "split: alignment");

    const uint32_t available = size * (uint32_t)sizeof(struct split_descriptor);
    const uint32_t used_event = available +
                                (uint32_t)sizeof(struct split_available) +
                                size * (uint32_t)sizeof(le16);
    const uint32_t used =
        (uint32_t)round_up(used_event + sizeof(le16),
                           used_align); // 2.7.2's macro misprints ~align
    const uint32_t avail_event =
        used + (uint32_t)sizeof(struct split_used) +
        size * (uint32_t)sizeof(struct split_used_element);

    return (struct split_layout){
        .available = available,
        .used_event = used_event,
        .used = used,
        .avail_event = avail_event,
        .bytes = (uint32_t)round_up(avail_event + sizeof(le16), used_align),
    };
}
