// SPDX-License-Identifier: MIT
// The split ring's memory layout: wire structs and their offsets. Pure. VIRTIO
// 1.4, 2.7 "Split Virtqueues", 2.7.2 (legacy).
#ifndef VIRTIO_QUEUE_SPLIT_RING_H
#define VIRTIO_QUEUE_SPLIT_RING_H

#include "base/types.h"

//  one block of memory, q entries               written by     read by
//
//  0     +------------------------------------+
//        | descriptor table, 16 bytes each    |   driver         device
//        |   [0] addr len flags next          |
//        |   ...                              |
//  16q   +------------------------------------+
//        | available ring                     |   driver         device
//        |   flags idx ring[q] used_event     |
//        +--- gap up to the alignment --------+
//  used  +------------------------------------+
//        | used ring, 8 bytes an element      |   device         driver
//        |   flags idx ring[q] avail_event    |
//        +--- gap up to the alignment --------+
//  bytes
//
//  available.ring[i] ---> descriptor[head] ---next---> descriptor[...]
//  used.ring[i].id   ---> the same head, when the device is done with it
//
// The alignment is 4 on a modern interface. On a legacy one it is QueueAlign
// (4096 here) and the device computes these very offsets by itself.

#define SPLIT_DESC_F_NEXT 1u     // the chain continues at `next`
#define SPLIT_DESC_F_WRITE 2u    // the device writes it (else: reads)
#define SPLIT_DESC_F_INDIRECT 4u // it holds a table of descriptors

struct split_descriptor {
    le64 addr;
    le32 len; // bytes
    le16 flags;
    le16 next;
};

#define SPLIT_AVAIL_F_NO_INTERRUPT 1u

struct split_available {
    le16 flags;
    le16 idx;    // place of the driver's next head; runs free
    le16 ring[]; // heads; after the last one: used_event
};

#define SPLIT_USED_F_NO_NOTIFY 1u

struct split_used_element {
    le32 id;  // head of the chain that was used
    le32 len; // bytes written into it
};

struct split_used {
    le16 flags;
    le16 idx; // place of the device's next element; runs free
    struct split_used_element ring[]; // after the last one: avail_event
};

_Static_assert(sizeof(struct split_descriptor) == 16, "2.7.5");
_Static_assert(offsetof(struct split_descriptor, len) == 8, "2.7.5");
_Static_assert(offsetof(struct split_descriptor, flags) == 12, "2.7.5");
_Static_assert(offsetof(struct split_descriptor, next) == 14, "2.7.5");
_Static_assert(offsetof(struct split_available, ring) == 4, "2.7.6");
_Static_assert(sizeof(struct split_used_element) == 8, "2.7.8");
_Static_assert(offsetof(struct split_used, ring) == 4, "2.7.8");

// Byte offsets in the block; the descriptor table is at 0.
struct split_layout {
    uint32_t available;
    uint32_t used_event;
    uint32_t used;
    uint32_t avail_event;
    uint32_t bytes;
};

// For a power of two `size` up to 32768 and `used_align`, a power of two of at
// least 4 (2.7.2: the used ring starts at the next multiple of it).
struct split_layout split_layout(uint16_t size, uint32_t used_align);

// 2.7.7.2, 2.7.10: whether an index that moved from `before` to `after` has
// passed the event that the other side requested, modulo 65536.
static inline bool split_event_passed(uint16_t event, uint16_t before,
                                      uint16_t after)
{
    return (uint16_t)(after - event - 1) < (uint16_t)(after - before);
}

#endif
