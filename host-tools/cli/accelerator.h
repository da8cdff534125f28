// SPDX-License-Identifier: MIT
// Which accelerator QEMU gets, and why.
// Limits: tcg and kvm. KVM is believed in only after a boot that worked with
// it, in this very run and on the same type of machine.
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
    unsigned seconds;   // for each step of the boot; 0: some
};

// "tcg", "kvm", either with QEMU's own properties after a comma, or "auto".
// CODE_USAGE for another word.
MUST_USE bool accelerator_check(const struct accelerator_wish *wish,
                                struct failure *failure);

// "auto" tries KVM, for some seconds at most: a machine with the qemu, type,
// form, firmware and guest of `like`, whose guest must give a first sample
// that QEMU reports as it was sent, and answer a request. Whatever goes wrong
// with that, it is tcg, and `why` says what went wrong. False: interrupted.
MUST_USE bool accelerator_choose(struct loop *loop,
                                 const struct accelerator_wish *wish,
                                 const struct machine_options *like,
                                 struct accelerator *chosen,
                                 struct failure *failure);

#endif
