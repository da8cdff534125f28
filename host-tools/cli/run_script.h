// SPDX-License-Identifier: MIT
// The script of a run: given to the guest word by word, and followed in the
// model.
// Limits: a machine with `orders` (machine/command.h), after sample 1.
#ifndef CLI_RUN_SCRIPT_H
#define CLI_RUN_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balloon/balloon.h"
#include "base/attributes.h"
#include "base/failure.h"
#include "cli/follow.h"
#include "cli/script.h"
#include "machine/machine.h"

struct run_script {
    bool wanted; // else all else is unused
    struct script script;
    struct follow follow;
    size_t next; // word
    unsigned part;
    uint64_t ram;
};

// Reads the script at the path; NULL: the tool's own.
MUST_USE bool run_script_read(struct run_script *run, const char *path,
                              struct failure *failure);
void run_script_free(struct run_script *run);

// Why the model cannot follow a guest with this command line and device, which
// may be NULL; NULL: it can. The text is valid until the next call.
const char *run_script_unpredicted(const char *append, const char *device);
// The guest's command line: with touch=0, unless it says a touch itself.
void run_script_append(const char *append, struct buffer *out);

// Whether words are left; whether the next one is of the part that has begun.
bool run_script_has_more(const struct run_script *run);
bool run_script_in_part(const struct run_script *run);

// Gives the guest the next word, of the next part if none is left in this one.
// The answer comes later (follow_answered).
MUST_USE bool run_script_send(struct run_script *run, struct machine *machine,
                              const struct balloon *balloon,
                              struct failure *failure);

// What the guest is asked once, before the first word: its disks, and its
// frames. Waits for the answers, and begins the prediction.
MUST_USE bool run_script_begin(struct run_script *run, struct machine *machine,
                               const struct balloon *balloon,
                               struct failure *failure);

// "the guest's answer to 'write=8'"; valid until the next call.
const char *run_script_awaited(const struct run_script *run);

#endif
