// SPDX-License-Identifier: MIT
// The allow-list of feature bits: any other bit is declined, known or not.
// Pure. VIRTIO 1.4, 2.2 "Feature Bits", 6 "Reserved Feature Bits".
#include "virtio/features.h"

enum interface {
    LEGACY = 1,
    MODERN = 2,
};

enum acceptance {
    ALWAYS,    // by this layer, for every driver
    IF_WANTED, // if the driver requests it
};

struct feature_rule {
    enum virtio_feature feature;
    unsigned interfaces;
    enum acceptance accepted;
    uint64_t needs; // bits that must be accepted too, further up in the list
};

#define NEEDS_VERSION_1 (UINT64_C(1) << VIRTIO_F_VERSION_1)

// Each feature with its effect.
static const struct feature_rule allow_list[] = {
    // Message framing is free. The driver assumes none: no change. 6.3 requires
    // it.
    {VIRTIO_F_ANY_LAYOUT, LEGACY, ALWAYS, 0},
    // A chain of segments takes one ring descriptor and a table. Useful only
    // for buffers of several segments: the block driver requests it, the
    // balloon driver does not.
    {VIRTIO_F_INDIRECT_DESC, LEGACY | MODERN, IF_WANTED, 0},
    // Indices, not flags, request notifications; in a split ring the device
    // also shows which buffers it took. Saves kicks, reveals silent devices.
    {VIRTIO_F_EVENT_IDX, LEGACY | MODERN, IF_WANTED, 0},
    // The modern rules apply: this specification instead of its predecessors.
    {VIRTIO_F_VERSION_1, MODERN, ALWAYS, 0},
    // A ring of descriptors that both sides write, instead of three parts:
    // packed.c instead of split.c. 6.1 recommends it.
    {VIRTIO_F_RING_PACKED, MODERN, ALWAYS, NEEDS_VERSION_1},
    // Buffers are used in the order in which they were made available, one used
    // element can cover several, and the driver takes descriptors in the ring's
    // order.
    {VIRTIO_F_IN_ORDER, MODERN, ALWAYS, NEEDS_VERSION_1},
    // Addresses go through the platform's IOMMU. This guest programs none, and
    // without one, addresses are physical: no change.
    {VIRTIO_F_ACCESS_PLATFORM, MODERN, ALWAYS, NEEDS_VERSION_1},
    // Memory order must hold for real hardware, not only for another CPU. On
    // x86 the same fences give both, for register stores too: no change.
    {VIRTIO_F_ORDER_PLATFORM, MODERN, ALWAYS, NEEDS_VERSION_1},
};

// Declined, and why:
//  NOTIFY_ON_EMPTY     interrupts that the driver does not need
//  UNUSED              6.3: must not be accepted; QEMU drops all features then
//  SR_IOV, ADMIN_VQ    for PCI devices with virtual functions: not a balloon
//  NOTIFICATION_DATA   kicks would carry ring positions: no gain
//  NOTIF_CONFIG_DATA   kicks on PCI would carry the device's own numbers; 6.1
//                      recommends it, but there is no device to test it
//  RING_RESET          QEMU's mmio offers it and lacks the register; its PCI
//                      puts a buffer of before the reset into the new ring
//  SUSPEND             this guest suspends no device
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
        accepted &= UINT32_MAX; // legacy has one word only
    }
    for (size_t i = 0; i < sizeof(allow_list) / sizeof(allow_list[0]); i++) {
        const struct feature_rule *rule = &allow_list[i];
        uint64_t bit = feature_bit(rule->feature);

        if ((rule->interfaces & (legacy ? LEGACY : MODERN)) != 0 &&
            (rule->accepted == ALWAYS || (driver_features & bit) != 0) &&
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
