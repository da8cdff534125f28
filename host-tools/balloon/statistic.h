// SPDX-License-Identifier: MIT
// The known statistics: key, unit and a short meaning.
// VIRTIO 1.4, 5.5.6.3 "Memory Statistics"; keys as in QEMU's
// hw/virtio/virtio-balloon.c. Limits: an unknown key is shown as a count.
#ifndef BALLOON_STATISTIC_H
#define BALLOON_STATISTIC_H

#include <stdbool.h>
#include <stddef.h>

enum statistic_unit {
    UNIT_BYTES,
    UNIT_COUNT
};

enum {
    STATISTIC_KEY = 64
}; // characters of a key, with its NUL

struct statistic {
    const char *key; // QEMU's without "stat-", as in the guest's lines
    enum statistic_unit unit;
    const char *meaning; // a few words
};

// All known statistics in the order of their tags. *count is set to their
// number.
const struct statistic *statistic_table(size_t *count);

// NULL for an unknown key.
const struct statistic *statistic_find(const char *key);

// Whether some QEMU has keys for the tags 0 to count - 1 and for no others. It
// drops what a guest sends under later tags.
bool statistic_complete(size_t count);

#endif
