// SPDX-License-Identifier: MIT
// The guest's own record of its statistics, strictly parsed from COM1 lines:
//     work seq=N order=K done=D    an order is in progress at sample N
//     stats seq=N key=value ...    written before the notification
//     sent seq=N                   written after the notification
// Every other line is log output and is ignored here. Pure.
// Limits: TRUTH_ENTRIES keys.
#ifndef BALLOON_TRUTH_H
#define BALLOON_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/statistic.h"

enum {
    TRUTH_ENTRIES = 32,
    TRUTH_REASON = 160
};

struct truth_entry {
    char key[STATISTIC_KEY];
    uint64_t value;
};

// An order that has begun and is not answered yet: its number in this boot, and
// the touches that it has done.
struct truth_work {
    uint64_t order; // from 1; 0: none is in progress
    uint64_t done;
};

struct truth {
    uint64_t seq; // from 1
    struct truth_work work;
    size_t count;
    struct truth_entry entries[TRUTH_ENTRIES];
};

enum truth_kind {
    TRUTH_LOG,       // another line
    TRUTH_STATS,     // *truth holds the sample
    TRUTH_SENT,      // truth->seq holds the number
    TRUTH_WORK,      // truth->seq holds the number, truth->work the rest
    TRUTH_MALFORMED, // begins as one of these, with a wrong syntax: reason
};

// Parses a line without its end. One blank separates words; a key consists of
// a-z, 0-9 and "-"; a value is a decimal number below 2^64 without leading
// zeros; seq comes first and is at least 1; no key occurs twice; "sent" has seq
// only; "work" has order, at least 1, and done. `reason` has room for
// TRUTH_REASON characters; its text is printable.
enum truth_kind truth_parse(const char *line, struct truth *truth,
                            char *reason);

// Whether a line that begins with this text can still become a stats line or a
// sent line. False for an empty text.
bool truth_can_become(const char *begun);

const struct truth_entry *truth_find(const struct truth *truth,
                                     const char *key);

// The state after the lines so far. All bits zero is the initial state.
struct truth_feed {
    struct truth newest;       // of the newest stats line; seq 0: none yet
    struct truth_work work;    // for the next stats line
    uint64_t sent;             // seq of the newest sent line; 0: none yet
    bool malformed;            // never reset
    char reason[TRUTH_REASON]; // of the first malformed line
};

// Takes one complete line. These are malformed too: a stats line whose seq is
// not the last one plus 1; a work line that is not for the next stats line, or
// the second for it; a sent line that is not for the newest stats line, or the
// second for it; one of these lines that was cut.
void truth_feed_line(struct truth_feed *feed, const char *line, bool cut);

// Whether the newest sample was sent: its stats line has its sent line. (The
// caller checks for an unfinished console line.)
bool truth_feed_settled(const struct truth_feed *feed);

#endif
