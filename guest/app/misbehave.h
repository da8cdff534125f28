// SPDX-License-Identifier: MIT
// Misbehaviours of the driver that the command line selects (`behave=`). Each
// is one row of the table in misbehave.c: the driver itself has no code for
// them. docs/guest.md lists what each does and what a host must then see.
#ifndef APP_MISBEHAVE_H
#define APP_MISBEHAVE_H

#include "base/error.h"
#include "base/slice.h"
#include "drivers/balloon/policy.h"

struct misbehaviour;

// The value of `behave=KIND[:N]`. Zeroed: `by-the-book`, no misbehaviour.
struct misbehave {
    const struct misbehaviour *kind; // a row of the table, or NULL
    uint64_t number;                 // N; 0: the kind takes none
};

// Parses KIND or KIND:N. ERR_INVALID: no such kind, a superfluous, missing or
// wrong number, sample 0. ERR_RANGE: a number too large.
MUST_USE enum error misbehave_parse(struct slice text,
                                    struct misbehave *misbehave);

// The policy for the driver; empty without misbehaviour. Its callbacks take the
// command line (struct cmdline) as ctx.
struct balloon_policy misbehave_policy(const struct misbehave *misbehave);

// Encodes buffer->stats, the measured values, as the kind does: writes bytes,
// length and piece, and may change the values. Called for each sample in turn:
// some kinds use values of earlier samples.
void misbehave_encode(const struct misbehave *misbehave,
                      struct balloon_buffer *buffer);

// What the kind lacks if only these statistics are measured (bit number = tag),
// and its word. NULL: nothing.
const char *misbehave_lacks(const struct misbehave *misbehave, uint32_t subset,
                            struct slice *word);

// Whether the device is left without a driver.
bool misbehave_without_driver(const struct misbehave *misbehave);

// Writes `balloon behave=KIND[:N]` with the words of the command line; nothing
// for `by-the-book`.
void misbehave_log(const struct misbehave *misbehave);

#endif
