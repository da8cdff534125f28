// SPDX-License-Identifier: MIT
// A change of size under way: what was asked, where the guest is, and who
// wants to hear of it. Shared by the files of `aerostat set`.
// Limits: one change at a time; another client's change is not told apart.
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
    SET_ANSWER_MS = 5000,  // for one answer of QEMU, however long the guest has
    SET_FRESH_SECONDS = 10 // a sample that is older says little of a guest
};

struct set_course {
    struct attachment *attachment;
    const char *address; // as it was typed
    bool json;
    uint64_t ram;
    int64_t before; // what the guest had
    struct size_target target;
    bool decimal;       // it was typed with KB, MB, ...
    struct spare spare; // the guest's, by its newest statistics
    bool has_age;
    int64_t age;        // of these, in seconds
    const char *reason; // an id: why it was not asked, or did not get there

    int64_t actual;  // what it has now
    int64_t asked;   // clock_now() when QEMU was given the target; 0: not yet
    int64_t changed; // and when the size was last seen to change
    bool waited;     // the guest had all its time

    int64_t told;      // when progress was last shown
    int64_t told_size; // and which size
    bool terminal;     // progress is one line, written again and again
    bool open_line;    // and stands there
};

// --- set_check.c ---

// Whether the target may be asked for: `actual`, `before`, `ram` and `target`
// of the course are known. Without `wait` no guest needs to be there to follow;
// with `force` nothing is refused. Waits for the guest's next statistics where
// those that are there may be of another size. CODE_TIMEOUT: no guest can
// follow. CODE_REFUSED: it would have too little. Fills the reason then.
MUST_USE bool set_check(struct set_course *course, bool wait, bool force,
                        struct failure *failure);

// --- set_wait.c ---

// Waits until the guest has the target's size. It is looked at after each
// BALLOON_CHANGE, and between them at moments that grow apart up to a second,
// since QEMU holds events back for that long. CODE_TIMEOUT: not reached by the
// deadline, after one more look; the failures of QMP; interrupts.
MUST_USE bool set_wait(struct set_course *course, struct deadline deadline,
                       struct failure *failure);

// --- set_report.c ---

// The clock, in whole milliseconds between two of its readings.
uint64_t set_ms(int64_t from, int64_t to);
// Shows where the guest is: one line of a terminal, or plain lines on stderr,
// or JSON on stdout, these not more often than once a second.
void set_progress(struct set_course *course);
// What came of it: "reached", "asked", "stalled", "cannot-follow", "refused" or
// an exit code's name.
MUST_USE bool set_outcome(struct set_course *course, const char *outcome,
                          struct failure *failure);
// What a person should know before: clamping, rounding, missing statistics.
void set_notes(const struct set_course *course);
// When the newest statistics were taken: "5 s ago", "5 s in the future", "a
// time that no clock has".
const char *set_age(const struct set_course *course, char text[SET_AGE_TEXT]);
// Adds that QEMU keeps the target, and how to let go of it. Always false.
bool set_kept(const struct set_course *course, struct failure *failure);
// Adds "; WHAT 'aerostat COMMAND ADDRESS WORD'" to the failure.
void set_hint(const struct set_course *course, struct failure *failure,
              const char *what, const char *command, const char *word);

#endif
