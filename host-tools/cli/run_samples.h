// SPDX-License-Identifier: MIT
// Takes samples from a machine started by the tool, compares them with the
// guest's lines on COM1 (balloon/sampling.h), and shows them.
#ifndef CLI_RUN_SAMPLES_H
#define CLI_RUN_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/balloon.h"
#include "balloon/truth.h"
#include "base/attributes.h"
#include "cli/run_script.h"
#include "cli/show.h"
#include "machine/machine.h"

struct run_samples {
    // The request.
    uint64_t count;    // number to print; 0: no limit
    uint32_t interval; // polling in seconds, from the second sample on
    uint64_t timeout;  // milliseconds for a wait, added to the interval
    bool json;
    bool silent; // nothing is printed

    struct run_script script; // the console's lines go into script.follow

    // The state; the console's lines go into `feed`.
    struct machine *machine;
    struct balloon balloon; // of the machine
    struct truth_feed feed;
    uint64_t shown;      // the guest's seq of the last sample taken
    uint32_t polling;    // the interval set now
    struct truth before; // the sample shown last
    bool noted;          // why there is no prediction
    uint64_t in_middle;  // samples in the middle of a part of the script
    bool no_buffer;      // the device has none, so no other sample can come
    struct summary summary;
};

// Finds the balloon, prints the guest's first sample, sets the polling, prints
// the others; a part of the script is done before each. Samples in the middle
// of a part are printed too, and not counted. If only one is requested, still
// waits until a request is answered. False with a failure if a step failed or
// was interrupted; a sample that is not equal is no failure here, but counted
// in the summary.
MUST_USE bool run_samples_take(struct run_samples *run,
                               struct failure *failure);

#endif
