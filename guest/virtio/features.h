// SPDX-License-Identifier: MIT
// Feature bits, and the choice among those that a device offers. Device types
// add their own bits (0 to 23, 50 to 63); bits from 64 on are never read.
// VIRTIO 1.4, 2.2 "Feature Bits", 6 "Reserved Feature Bits".
#ifndef VIRTIO_FEATURES_H
#define VIRTIO_FEATURES_H

#include "base/types.h"

enum virtio_feature {
    // Block device, 5.2.3.
    VIRTIO_BLK_F_RO = 5,
    // Memory balloon, 5.5.3.
    VIRTIO_BALLOON_F_MUST_TELL_HOST = 0,
    VIRTIO_BALLOON_F_STATS_VQ = 1,
    VIRTIO_BALLOON_F_DEFLATE_ON_OOM = 2,
    VIRTIO_BALLOON_F_FREE_PAGE_HINT = 3,
    VIRTIO_BALLOON_F_PAGE_POISON = 4,
    VIRTIO_BALLOON_F_PAGE_REPORTING = 5,
    // Rings and transports, 6 and 6.3.
    VIRTIO_F_NOTIFY_ON_EMPTY = 24,
    VIRTIO_F_ANY_LAYOUT = 27,
    VIRTIO_F_INDIRECT_DESC = 28,
    VIRTIO_F_EVENT_IDX = 29,
    VIRTIO_F_UNUSED = 30,
    VIRTIO_F_VERSION_1 = 32,
    VIRTIO_F_ACCESS_PLATFORM = 33,
    VIRTIO_F_RING_PACKED = 34,
    VIRTIO_F_IN_ORDER = 35,
    VIRTIO_F_ORDER_PLATFORM = 36,
    VIRTIO_F_SR_IOV = 37,
    VIRTIO_F_NOTIFICATION_DATA = 38,
    VIRTIO_F_NOTIF_CONFIG_DATA = 39,
    VIRTIO_F_RING_RESET = 40,
    VIRTIO_F_ADMIN_VQ = 41,
    VIRTIO_F_SUSPEND = 43,
};

static inline uint64_t feature_bit(enum virtio_feature feature)
{
    return UINT64_C(1) << feature;
}

static inline bool feature_in(uint64_t features, enum virtio_feature feature)
{
    return (features & feature_bit(feature)) != 0;
}

// The bits of `offered` to accept: those of the allow-list in features.c that
// belong to this interface and are always accepted or among `driver_features`,
// and the device type's own bits among `driver_features`. Never a bit that was
// not offered, never one whose prerequisite is declined.
uint64_t virtio_features_choose(uint64_t offered, uint64_t driver_features,
                                bool legacy);

// Whether the accepted features suffice: except on a legacy interface VERSION_1
// is required (2.2.3: a device that does not offer it is a legacy device).
bool virtio_features_sufficient(uint64_t accepted, bool legacy);

#endif
