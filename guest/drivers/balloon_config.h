// SPDX-License-Identifier: MIT
// The balloon device's features and its configuration space. For the driver
// only. VIRTIO 1.4, 5.5.3 "Feature bits", 5.5.4 "Device configuration layout".
#ifndef DRIVERS_BALLOON_CONFIG_H
#define DRIVERS_BALLOON_CONFIG_H

#include "drivers/balloon.h"

// What to ask for: the driver's own list, as the env and the policy bend it.
uint64_t balloon_wanted_features(const struct balloon *balloon);

// Reads the target. Errors as virtio_config_read32's; ERR_EMPTY: the device is
// gone.
MUST_USE enum error balloon_follow_target(struct balloon *balloon);

// Reads the command of free page hinting (5.5.6.5): 0 STOP, 1 DONE, else the
// id of a round. Only where FREE_PAGE_HINT was agreed on.
MUST_USE enum error balloon_read_command(struct balloon *balloon,
                                         uint32_t *command);

// Tells the device how many pages it has, in one store (5.5.6).
MUST_USE enum error balloon_write_actual(struct balloon *balloon,
                                         uint32_t pages);

// Tells the device what pages that come back will hold, before DRIVER_OK
// (5.5.6.6.1); nothing where that was not agreed on.
MUST_USE enum error balloon_write_poison(struct balloon *balloon);

// Fills pages with that value, where it was agreed on.
void balloon_poison(struct balloon *balloon, struct balloon_run run);

#endif
