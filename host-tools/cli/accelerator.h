// SPDX-License-Identifier: MIT
// Chooses QEMU's accelerator, and gives the reason.
// Limits: tcg and kvm. "auto" uses KVM only after a successful boot with it, in
// this run and on the same machine type.
#ifndef CLI_ACCELERATOR_H
#define CLI_ACCELERATOR_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"
#include "base/loop.h"
#include "machine/command.h"

enum {
    ACCELERATOR_WHY = 320
};

struct accelerator {
    const char *name;          // QEMU's -accel
    char why[ACCELERATOR_WHY]; // a clause in one line, "asked for"
};

struct accelerator_wish {
    const char *asked;  // --accel; NULL: tcg
    const char *device; // NULL: /dev/kvm
    unsigned seconds;   // for each step of the boot; 0: a default
};

// "tcg", "kvm", either one with QEMU's own properties after a comma, or "auto".
// CODE_USAGE for any other word.
MUST_USE bool accelerator_check(const struct accelerator_wish *wish,
                                struct failure *failure);

// "auto" tries KVM, for some seconds at most, on a machine with the qemu, type,
// form, firmware and guest of `like`: QEMU must report the guest's first sample
// as it was sent, and the guest must answer a request. On any failure the
// choice is tcg, and `why` gives the cause. False: interrupted.
MUST_USE bool accelerator_choose(struct loop *loop,
                                 const struct accelerator_wish *wish,
                                 const struct machine_options *like,
                                 struct accelerator *chosen,
                                 struct failure *failure);

#endif
