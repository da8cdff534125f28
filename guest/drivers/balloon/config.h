// SPDX-License-Identifier: MIT
// The balloon device's features and its configuration space. For the driver
// only. VIRTIO 1.4, 5.5.3 "Feature bits", 5.5.4 "Device configuration layout".
#ifndef DRIVERS_BALLOON_CONFIG_H
#define DRIVERS_BALLOON_CONFIG_H

#include "drivers/balloon/balloon.h"

// The features to request: the driver's own list, as the env and the policy
// change it.
uint64_t balloon_wanted_features(const struct balloon *balloon);

// Reads the target. Errors as virtio_config_read32's; ERR_EMPTY: the device is
// gone.
MUST_USE enum error balloon_follow_target(struct balloon *balloon);

// Reads the command of free page hinting (5.5.6.5): 0 STOP, 1 DONE, else the id
// of a round. Only if FREE_PAGE_HINT was negotiated.
MUST_USE enum error balloon_read_command(struct balloon *balloon,
                                         uint32_t *command);

// Writes `actual`, the number of pages in the balloon, in one store (5.5.6).
MUST_USE enum error balloon_write_actual(struct balloon *balloon,
                                         uint32_t pages);

// Writes poison_val, the value that deflated and reported pages hold, before
// DRIVER_OK (5.5.6.6.1). Does nothing without PAGE_POISON.
MUST_USE enum error balloon_write_poison(struct balloon *balloon);

// Fills the pages with that value, if PAGE_POISON was negotiated.
void balloon_poison(struct balloon *balloon, struct balloon_run run);

#endif
