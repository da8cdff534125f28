// SPDX-License-Identifier: MIT
// Sizes of a balloon's machine: the typed text, and the target QEMU makes of
// it. QEMU, hw/virtio/virtio-balloon.c, virtio_balloon_to_target. Limits: pages
// of 4 KiB, as the device counts them; machines below 2^63 bytes. Pure.
#ifndef BALLOON_SIZE_H
#define BALLOON_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/failure.h"

enum {
    SIZE_PAGE = 4096,
    SIZE_PERCENT_MAX = 1000
};

enum size_kind {
    SIZE_BYTES,   // 512M
    SIZE_PERCENT, // 75%, of the machine's RAM
    SIZE_MORE,    // +64M: more than the guest has now
    SIZE_LESS,    // -64M: less
};

struct size_wish {
    enum size_kind kind;
    uint64_t number; // bytes, or percent
    bool decimal;    // typed with KB, MB, ...: a power of 1000
};

// A size in the syntax of base/units.h, perhaps with + or - before it; or N%,
// up to SIZE_PERCENT_MAX. CODE_USAGE with the reason, also for 0 bytes, which
// QEMU refuses, and for a number below 1 MiB without a unit, which other tools
// read as MiB or KiB.
MUST_USE bool size_parse(const char *text, struct size_wish *wish,
                         struct failure *failure);

struct size_target {
    uint64_t value; // the argument of QEMU's command: 1..2^63-1
    uint64_t size;  // the guest's size at that target: whole pages, at most the
                    // machine's RAM
    bool clamped;   // QEMU silently uses the machine's RAM instead
};

// `actual` is the guest's current size as the guest reports it; it may be
// negative. CODE_USAGE for a size that is not in 1..2^63-1.
MUST_USE bool size_resolve(const struct size_wish *wish, int64_t actual,
                           uint64_t ram, struct size_target *target,
                           struct failure *failure);

enum {
    SIZE_TEXT = 24
};

// As text_size, with a "-" before it for a negative size.
void size_text(char *out, size_t size, int64_t bytes);

#endif
