// SPDX-License-Identifier: MIT
// Compares the values that the guest sent with those that QEMU reports, every
// key in both directions. Pure.
// Limits: a key that one side lacks is a difference, unless QEMU is older than
// the statistic; QEMU's value for "absent" (2^64-1) is never equal to a sent
// value.
#ifndef BALLOON_COMPARE_H
#define BALLOON_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/sample.h"
#include "balloon/truth.h"

enum {
    DIFFERENCES = SAMPLE_ENTRIES + TRUTH_ENTRIES
}; // the largest possible number

struct difference {
    char key[STATISTIC_KEY];
    bool guest_has;
    uint64_t guest; // 0 when the guest sent none
    bool qemu_has;
    uint64_t qemu; // 0 when absent
};

// The result of a comparison. Two empty sides do not disagree, but prove
// nothing: EQUAL therefore needs a value on both sides and a device that has
// received a buffer.
enum compared {
    COMPARED_EQUAL,     // no difference, at least one key, last-update is set
    COMPARED_DIFFERENT, // a difference
    COMPARED_NOTHING,   // no difference, and no key or no last-update
    COMPARED_NOT_TAKEN, // any values: the device has not taken the buffer
                        // (balloon/taken.h)
};

// Fills `differences` (room for DIFFERENCES): the guest's keys in the order
// sent, then QEMU's. Returns their number; 0: equal.
size_t compare(const struct truth *truth, const struct sample *sample,
               struct difference *differences);

// The result of a comparison with that number of differences. Never NOT_TAKEN,
// which the values do not show.
enum compared compare_judge(const struct truth *truth,
                            const struct sample *sample, size_t differences);

// "equal", "different", "nothing-compared", "not-taken".
const char *compared_name(enum compared compared);

// "free-memory: guest sent 1, QEMU reports absent".
void compare_text(const struct difference *difference, char *out, size_t size);

#endif
