// SPDX-License-Identifier: MIT
// A change of size in progress: the request, the guest's size, and the output.
// Shared by the files of `aerostat set`.
// Limits: one change at a time; another client's change looks like this one.
#ifndef CLI_SET_COURSE_H
#define CLI_SET_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "balloon/condition.h"
#include "balloon/size.h"
#include "balloon/spare.h"
#include "base/attributes.h"
#include "cli/attach.h"

enum {
    SET_AGE_TEXT = 48,
    SET_ANSWER_MS = 5000,  // for one answer of QEMU, not for the guest
    SET_FRESH_SECONDS = 10 // an older sample says little about the guest
};

struct set_course {
    struct attachment *attachment;
    const char *address; // as typed
    bool json;
    uint64_t ram;
    int64_t before; // size at the start
    struct size_target target;
    bool decimal;       // the size was typed with KB, MB, ...
    struct spare spare; // of the guest, by its newest statistics
    bool has_age;
    int64_t age;        // of these statistics, in seconds
    const char *reason; // an id: why nothing was asked, or was not reached

    int64_t actual;  // size now
    int64_t asked;   // clock_now() when QEMU was given the target; 0: not yet
    int64_t changed; // clock_now() at the last change of the size
    bool waited;     // the guest had its whole timeout

    int64_t told;      // clock_now() of the last progress shown
    int64_t told_size; // size shown then
    bool terminal;     // progress is one line, overwritten each time
    bool open_line;    // this line is on the terminal, without a line end
};

// --- set_check.c ---

// Whether the target may be asked for. Needs `actual`, `before`, `ram` and
// `target` of the course. Without `wait` no guest has to be able to follow;
// with `force` nothing is refused. Waits for the guest's next statistics if the
// present ones may be of another size. CODE_TIMEOUT: no guest can follow.
// CODE_REFUSED: the guest would have too little. Both fill the reason.
MUST_USE bool set_check(struct set_course *course, bool wait, bool force,
                        struct failure *failure);

// --- set_show.c ---

// The time between two readings of clock_now(), in whole milliseconds.
uint64_t set_ms(int64_t from, int64_t to);
// Shows the guest's size: one line of a terminal, or plain lines on stderr, or
// JSON on stdout, the latter two at most once a second.
void set_progress(struct set_course *course);
// Prints the outcome: "reached", "asked", "stalled", "cannot-follow", "refused"
// or an exit code's name.
MUST_USE bool set_outcome(struct set_course *course, const char *outcome,
                          struct failure *failure);
// Notes before the request: clamping, rounding, missing statistics.
void set_notes(const struct set_course *course);
// The age of the newest statistics: "5 s ago", "5 s in the future", "an
// unknown time".
const char *set_age(const struct set_course *course, char text[SET_AGE_TEXT]);
// Adds that QEMU keeps the target, and how to cancel it. Always false.
bool set_kept(const struct set_course *course, struct failure *failure);
// Adds "; WHAT 'aerostat COMMAND ADDRESS WORD'" to the failure.
void set_hint(const struct set_course *course, struct failure *failure,
              const char *what, const char *command, const char *word);

#endif
