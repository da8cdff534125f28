// SPDX-License-Identifier: MIT
// Sizes of a balloon's machine: what a person types, and what QEMU makes of it.
// QEMU, hw/virtio/virtio-balloon.c, virtio_balloon_to_target. Limits: pages of
// 4 KiB, as the device counts them; machines below 2^63 bytes. Pure.
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
    SIZE_MORE,    // +64M than the guest has now
    SIZE_LESS,    // -64M
};

struct size_wish {
    enum size_kind kind;
    uint64_t number; // bytes, or percent
    bool decimal;    // typed with KB, MB, ...: a power of 1000
};

// A size as base/units.h reads it, with + or - before it; or N%, up to
// SIZE_PERCENT_MAX. CODE_USAGE says what is wrong: 0 bytes, which QEMU refuses,
// and a bare number below 1 MiB, which other tools take for MiB or KiB.
MUST_USE bool size_parse(const char *text, struct size_wish *wish,
                         struct failure *failure);

struct size_target {
    uint64_t value; // what QEMU is asked for: 1..2^63-1
    uint64_t size;  // what the guest has once it is there: whole pages, and
                    // never more than the machine's RAM
    bool clamped;   // QEMU takes the machine's RAM instead, without a word
};

// `actual` is what the guest has now, by its own word, which may be below 0.
// CODE_USAGE for a size of nothing or less, and for one of 2^63 or more.
MUST_USE bool size_resolve(const struct size_wish *wish, int64_t actual,
                           uint64_t ram, struct size_target *target,
                           struct failure *failure);

enum {
    SIZE_TEXT = 24
};

// As text_size, with a "-" before it where the guest claims less than nothing.
void size_text(char *out, size_t size, int64_t bytes);

#endif
