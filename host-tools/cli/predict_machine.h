// SPDX-License-Identifier: MIT
// The machine of a prediction: from options, or from what a guest has said on
// its console. docs/memory.md, "Disks".
// Limits: the balloon is empty, no memory is held yet, and swap is off.
#ifndef CLI_PREDICT_MACHINE_H
#define CLI_PREDICT_MACHINE_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/failure.h"
#include "model/model.h"

struct predict_sizes { // in bytes
    uint64_t memory;
    uint64_t swap; // 0: no such disk
    uint64_t file;
};

struct predict_machine {
    struct model_machine model; // its free runs are `runs`
    struct model_run *runs;
    size_t capacity;
};

// All RAM from 2 MiB on is free, and managed.
void predict_machine_of_sizes(const struct predict_sizes *sizes,
                              struct predict_machine *machine);

// Replaces the frames by those of a console's text: `mm ready` of its last
// start, and the first complete `order frames` behind it, which must follow the
// start of the disks. Faults counted until then are counted on. False: a line
// is missing; CODE_USAGE.
MUST_USE bool predict_machine_of_console(const char *text,
                                         struct predict_machine *machine,
                                         struct failure *failure);

void predict_machine_free(struct predict_machine *machine);

#endif
