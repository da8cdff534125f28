// SPDX-License-Identifier: MIT
// The packed ring's memory layout: wire structs, their offsets, and the
// arithmetic of positions. Pure. VIRTIO 1.4, 2.8 "Packed Virtqueues".
#ifndef VIRTIO_QUEUE_PACKED_RING_H
#define VIRTIO_QUEUE_PACKED_RING_H

#include "base/types.h"

//  one block of memory, q entries               written by     read by
//
//  0      +-----------------------------------+
//         | descriptor ring, 16 bytes each    |   driver: available
//         |   [0] addr len id flags           |   device: used, over it
//         |   ...                             |
//  16q    +-----------------------------------+
//         | driver event suppression          |   driver         device
//         |   off_wrap flags                  |
//  16q+4  +-----------------------------------+
//         | device event suppression          |   device         driver
//         |   off_wrap flags                  |
//  16q+8  +-----------------------------------+
//
// Both sides walk it in laps, with a wrap counter that is 1 in the first lap, 0
// in the second (2.8.1). Two flags, against the counter w, name the owner:
//
//    AVAIL  USED
//      w     !w    available: the driver's words, for the device
//      w      w    used: the device's words, for the driver
//     !w   either  not written in this lap: left from the last one
//
//         popped            published          added
//   ... used | available ...    | not published  | left from the last lap ...
//   [k]      | [k+1] [k+2] ...  |                |            in a circle

#define PACKED_DESC_F_NEXT 0x0001u     // the list continues in the next one
#define PACKED_DESC_F_WRITE 0x0002u    // the device writes it; if used: it has
#define PACKED_DESC_F_INDIRECT 0x0004u // it holds a table of descriptors
#define PACKED_DESC_F_AVAIL 0x0080u    // see above
#define PACKED_DESC_F_USED 0x8000u

struct packed_descriptor {
    le64 addr;
    le32 len; // bytes; used: written, if WRITE
    le16 id;  // of the buffer; available: in the last one of its list
    le16 flags;
};

// 2.8.10. DESC needs EVENT_IDX; 3 is reserved.
#define PACKED_EVENT_F_ENABLE 0u  // notify for every descriptor
#define PACKED_EVENT_F_DISABLE 1u // for none
#define PACKED_EVENT_F_DESC 2u    // for the one at off_wrap
#define PACKED_EVENT_F_MASK 3u    // the rest is reserved, 0

#define PACKED_EVENT_OFF_MASK 0x7fffu // which descriptor ...
#define PACKED_EVENT_WRAP 0x8000u     // ... in the lap with this counter

struct packed_event {
    le16 off_wrap;
    le16 flags;
};

_Static_assert(sizeof(struct packed_descriptor) == 16, "2.8.13");
_Static_assert(offsetof(struct packed_descriptor, len) == 8, "2.8.13");
_Static_assert(offsetof(struct packed_descriptor, id) == 12, "2.8.13");
_Static_assert(offsetof(struct packed_descriptor, flags) == 14, "2.8.13");
_Static_assert(sizeof(struct packed_event) == 4, "2.8.14");
_Static_assert(offsetof(struct packed_event, flags) == 2, "2.8.14");

// A descriptor's position with its lap: from 0 up to 2 * size, where it wraps.
// In the first half the wrap counter is 1, in the second 0. Sizes need not be
// powers of two (2.8.10.1).
struct packed_position {
    uint32_t value;
};

static inline struct packed_position packed_at(uint32_t index, bool wrap,
                                               uint16_t size)
{
    return (struct packed_position){index + (wrap ? 0u : size)};
}

// `count` descriptors further, `size` at most.
static inline struct packed_position
packed_after(struct packed_position position, uint32_t count, uint16_t size)
{
    return (struct packed_position){(position.value + count) % (2u * size)};
}

static inline uint16_t packed_index(struct packed_position position,
                                    uint16_t size)
{
    return (uint16_t)(position.value % size);
}

static inline bool packed_wrap(struct packed_position position, uint16_t size)
{
    return position.value < size;
}

// Descriptors from one position forward to another.
static inline uint32_t packed_distance(struct packed_position from,
                                       struct packed_position to, uint16_t size)
{
    return (to.value + 2u * size - from.value) % (2u * size);
}

// 2.8.10: whether the descriptors from `before` up to, not including, `after`
// contain the one for which the other side requested a notification.
static inline bool packed_event_passed(uint16_t off_wrap,
                                       struct packed_position before,
                                       struct packed_position after,
                                       uint16_t size)
{
    const struct packed_position event =
        packed_at(off_wrap & PACKED_EVENT_OFF_MASK,
                  (off_wrap & PACKED_EVENT_WRAP) != 0, size);

    return packed_distance(before, event, size) <
           packed_distance(before, after, size);
}

#endif
