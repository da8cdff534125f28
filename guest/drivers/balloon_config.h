// SPDX-License-Identifier: MIT
// The balloon device's features and its configuration space. For the driver
// only. VIRTIO 1.4, 5.5.3 "Feature bits", 5.5.4 "Device configuration layout".
#ifndef DRIVERS_BALLOON_CONFIG_H
#define DRIVERS_BALLOON_CONFIG_H

#include "drivers/balloon.h"

// What to ask for: the driver's own list, as the policy bends it.
uint64_t balloon_wanted_features(const struct balloon_policy *policy);

// Reads the target. Errors as virtio_config_read32's; ERR_EMPTY: the device is
// gone.
MUST_USE enum error balloon_follow_target(struct balloon *balloon);

// Tells the device how many pages it has, in one store (5.5.6).
MUST_USE enum error balloon_write_actual(struct balloon *balloon,
                                         uint32_t pages);

#endif
