// SPDX-License-Identifier: MIT
// The allow-list of feature bits: what is not in it is declined, known or not.
// Pure. VIRTIO 1.4, 2.2 "Feature Bits", 6 "Reserved Feature Bits".
#include "virtio/features.h"

enum interface {
    LEGACY = 1,
    MODERN = 2,
};

enum taken {
    ALWAYS,    // by this layer, for every driver
    IF_WANTED, // where the driver says that it pays
};

struct feature_rule {
    enum virtio_feature feature;
    unsigned interfaces;
    enum taken taken;
    uint64_t needs; // bits that must be accepted too, further up in the list
};

#define NEEDS_VERSION_1 (UINT64_C(1) << VIRTIO_F_VERSION_1)

// Each with what having it changes.
static const struct feature_rule allow_list[] = {
    // Framing is free. We never lean on any: no change. 6.3 wants it taken.
    {VIRTIO_F_ANY_LAYOUT, LEGACY, ALWAYS, 0},
    // A chain of segments costs one ring descriptor and a table. Pays for
    // buffers of several segments only; the balloon's have one: not wanted.
    {VIRTIO_F_INDIRECT_DESC, LEGACY | MODERN, IF_WANTED, 0},
    // Indices, not flags, say who wants to be told; the device also shows
    // how far it has taken buffers. Spares kicks, shows silent devices.
    {VIRTIO_F_EVENT_IDX, LEGACY | MODERN, IF_WANTED, 0},
    // The modern rules hold: this specification instead of its ancestors.
    {VIRTIO_F_VERSION_1, MODERN, ALWAYS, 0},
    // A ring of descriptors that both sides write, instead of three: packed.c
    // instead of split.c. 6.1 wants it taken.
    {VIRTIO_F_RING_PACKED, MODERN, ALWAYS, NEEDS_VERSION_1},
    // Buffers come back in the order in which they went, one used element can
    // stand for several, and the driver takes descriptors in the ring's order.
    {VIRTIO_F_IN_ORDER, MODERN, ALWAYS, NEEDS_VERSION_1},
    // Addresses go through the platform's IOMMU. None is programmed here, and
    // without one they resolve to themselves: no change.
    {VIRTIO_F_ACCESS_PLATFORM, MODERN, ALWAYS, NEEDS_VERSION_1},
    // Order must hold for real hardware, not only for another CPU. On x86 the
    // same fences give both, register stores included: no change.
    {VIRTIO_F_ORDER_PLATFORM, MODERN, ALWAYS, NEEDS_VERSION_1},
};

// Declined, and why:
//  NOTIFY_ON_EMPTY     interrupts that nobody here waits for
//  UNUSED              6.3: not to be taken; QEMU drops all features for it
//  SR_IOV, ADMIN_VQ    of PCI devices in parts, which a balloon is not
//  NOTIFICATION_DATA   kicks would carry ring positions; nothing gained
//  NOTIF_CONFIG_DATA   kicks on PCI would carry the device's own numbers; 6.1
//                      wants it taken, but no device is there to try it with
//  RING_RESET          QEMU's mmio offers it and lacks the register; its PCI
//                      puts a buffer of before the reset into the new ring
//  SUSPEND             nobody suspends anything here
// Bits of other device types and unknown bits: as if not offered (2.2.1).

static uint64_t device_type_bits(void)
{
    return UINT64_C(0x0000000000ffffff) | UINT64_C(0xfffc000000000000);
}

uint64_t virtio_features_choose(uint64_t offered, uint64_t driver_features,
                                bool legacy)
{
    uint64_t accepted = offered & driver_features & device_type_bits();

    if (legacy) {
        accepted &= UINT32_MAX; // there is no second word to answer in
    }
    for (size_t i = 0; i < sizeof(allow_list) / sizeof(allow_list[0]); i++) {
        const struct feature_rule *rule = &allow_list[i];
        uint64_t bit = feature_bit(rule->feature);

        if ((rule->interfaces & (legacy ? LEGACY : MODERN)) != 0 &&
            (rule->taken == ALWAYS || (driver_features & bit) != 0) &&
            (accepted & rule->needs) == rule->needs) {
            accepted |= offered & bit;
        }
    }
    return accepted;
}

bool virtio_features_sufficient(uint64_t accepted, bool legacy)
{
    return legacy || feature_in(accepted, VIRTIO_F_VERSION_1);
}
