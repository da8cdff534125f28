// SPDX-License-Identifier: MIT
// Sampling without a race: stops a machine between two samples of its guest, so
// that QEMU's values and the guest's line are of the same sample.
// Limits: the guest's lines have the format of balloon/truth.h; the caller's
// console hook puts them into the feed.
#ifndef BALLOON_SAMPLING_H
#define BALLOON_SAMPLING_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/truth.h"
#include "base/attributes.h"
#include "machine/machine.h"

// Whether both sides have the newest sample: its sent line has come, and no
// later sample has begun.
bool sampling_settled(const struct machine *machine,
                      const struct truth_feed *feed);

// False, with CODE_DIFFERENT, once the guest has written a malformed line.
MUST_USE bool sampling_lines_valid(const struct machine *machine,
                                   const struct truth_feed *feed,
                                   struct failure *failure);

// Lets the machine run until both sides have a sample with a number above
// `after_seq`, and stops it there. The caller compares feed->newest with QEMU's
// values and continues the machine. After a failure the machine runs or is
// stopped: CODE_DIFFERENT as above; CODE_TIMEOUT also if the firmware reports
// that it found no guest to start.
MUST_USE bool sampling_stop_settled(struct machine *machine,
                                    const struct truth_feed *feed,
                                    uint64_t after_seq,
                                    struct deadline deadline,
                                    struct failure *failure);

#endif
