// SPDX-License-Identifier: MIT
// What the guest sent against what QEMU reports, every key both ways. Pure.
// Limits: a key that one side lacks is a difference; the value that means
// "absent" on QEMU's side (2^64-1) can never be equal to a sent one.
#ifndef BALLOON_COMPARE_H
#define BALLOON_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/sample.h"
#include "balloon/truth.h"

enum {
    DIFFERENCES = SAMPLE_ENTRIES + TRUTH_ENTRIES
}; // there can't be more

struct difference {
    char key[STATISTIC_KEY];
    bool guest_has;
    uint64_t guest; // 0 when the guest has none
    bool qemu_has;
    uint64_t qemu; // 0 when absent
};

// What a comparison proves. Two sides that say nothing do not disagree, and
// prove nothing: so equal takes a value on both sides and a device that has had
// a buffer.
enum compared {
    COMPARED_EQUAL,     // no difference, a key at least, last-update is set
    COMPARED_DIFFERENT, // a difference
    COMPARED_NOTHING,   // no difference, and no key or no last-update
    COMPARED_NOT_TAKEN, // whatever the values are: the device has not looked
                        // at the buffer (balloon/taken.h)
};

// Fills `differences` (room for DIFFERENCES) and returns their number, 0 for
// equal: first the guest's keys in the order sent, then QEMU's.
size_t compare(const struct truth *truth, const struct sample *sample,
               struct difference *differences);

// The result of a comparison with that many differences; never NOT_TAKEN, which
// neither side shows.
enum compared compare_judge(const struct truth *truth,
                            const struct sample *sample, size_t differences);

// "equal", "different", "nothing-compared", "not-taken".
const char *compared_name(enum compared compared);

// "free-memory: guest sent 1, QEMU reports absent".
void compare_text(const struct difference *difference, char *out, size_t size);

#endif
