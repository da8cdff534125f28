// SPDX-License-Identifier: MIT
// The guest's own words about its statistics, read strictly from COM1 lines:
//     stats seq=N key=value ...    written before the device is notified
//     sent seq=N                   written after it was notified
// Limits: TRUTH_ENTRIES keys. Every other line is log and none of our
// business. Pure.
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

struct truth {
    uint64_t seq; // from 1
    size_t count;
    struct truth_entry entries[TRUTH_ENTRIES];
};

enum truth_kind {
    TRUTH_LOG,       // another line
    TRUTH_STATS,     // *truth holds the sample
    TRUTH_SENT,      // truth->seq holds the number
    TRUTH_MALFORMED, // begins as one of ours and breaks the form: reason
};

// A line without its end. Words are parted by one blank each; a key is made of
// a-z, 0-9 and "-"; a value is decimal digits below 2^64; seq comes first and
// is at least 1; no key twice; "sent" has nothing but seq. `reason` has room
// for TRUTH_REASON characters and is printable.
enum truth_kind truth_parse(const char *line, struct truth *truth,
                            char *reason);

// Whether a line of which this much has come can still become a stats line or
// a sent line. Not for a line of which nothing has come.
bool truth_can_become(const char *begun);

const struct truth_entry *truth_find(const struct truth *truth,
                                     const char *key);

// What the lines so far amount to. All bits zero is the beginning.
struct truth_feed {
    struct truth newest;       // of the newest stats line; seq 0: none yet
    uint64_t sent;             // seq of the newest sent line; 0: none yet
    bool malformed;            // once true, true for ever
    char reason[TRUTH_REASON]; // of the first malformed line
};

// Takes one complete line. A stats line whose seq isn't the last one plus 1,
// a sent line for any but the newest stats line, and a line that was cut
// short are malformed too.
void truth_feed_line(struct truth_feed *feed, const char *line, bool cut);

// The newest sample is all on its way: its stats line has its sent line.
// (An unfinished console line is the caller's to see.)
bool truth_feed_settled(const struct truth_feed *feed);

#endif
