// SPDX-License-Identifier: MIT
// Samples taken from a machine of the tool's own and compared with what its
// guest wrote to COM1, without a race.
// Limits: the guest writes its lines as balloon/truth.h says.
#ifndef CLI_SAMPLING_H
#define CLI_SAMPLING_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/device.h"
#include "balloon/truth.h"
#include "base/attributes.h"
#include "cli/report.h"
#include "machine/machine.h"

struct sampling {
    // Wanted.
    uint64_t samples;  // to show; 0: without end
    uint32_t interval; // seconds of polling, from the second sample on
    uint64_t timeout;  // milliseconds that a wait may take beyond the interval
    bool json;
    bool silent; // nothing is printed

    // The course of things; the console's lines go into `feed`.
    struct machine *machine;
    struct balloon_device device;
    struct truth_feed feed;
    uint64_t shown;   // the guest's seq of the last sample that was printed
    uint32_t polling; // the interval that is set now
    bool fruitless;   // the device has not had the sample: no other will come
    struct summary summary;
};

// Finds the balloon, prints the guest's first sample, sets the polling, prints
// the others; where none other is wanted, waits until a request is answered.
// False with a failure when that could not be done or was interrupted; what was
// compared is no failure here, but counted in the summary.
MUST_USE bool sampling_run(struct sampling *sampling, struct failure *failure);

#endif
